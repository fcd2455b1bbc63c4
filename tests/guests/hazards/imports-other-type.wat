;; A function of the world with another type.
(component
  (import "cloister:ml/outputs@0.1.0" (instance (export "progress" (func (param "done" u64) (result u64)))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
