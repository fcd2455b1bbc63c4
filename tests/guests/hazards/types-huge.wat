;; A type that has 2^40 parts.
(component
  (type $t0 (tuple u8 u8)) REPEAT 40 {(type $t## (tuple $t# $t#))}
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
