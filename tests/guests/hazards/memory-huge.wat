;; A memory of 4 GiB from the start.
(component
  (core module $m
    (memory (export "memory") 65536)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
