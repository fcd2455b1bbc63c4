;; A list of lists, 1,000 deep.
(component
  (type $t0 (list u8)) REPEAT 1000 {(type $t## (list $t#))}
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
