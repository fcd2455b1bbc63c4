;; 1,000 values through 20,000 blocks.
(component
  (core module (type $wide (func (param REPEAT 900 {i32 }) (result REPEAT 900 {i32 }))) (func (unreachable) REPEAT 20000 {(block (type $wide))} (unreachable)))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
