;; A function of 600 KB.
(component
  (core module (func REPEAT 200000 {(drop (i32.const 1))}))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
