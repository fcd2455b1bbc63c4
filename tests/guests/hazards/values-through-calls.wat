;; Calls that give 900 values each, 50,000 of them.
(component
  (core module (type $wide (func (result REPEAT 900 {i32 }))) (import "a" "b" (func (type $wide))) (func REPEAT 50000 {(call 0)} (unreachable)))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
