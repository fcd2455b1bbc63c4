;; An interface of a version that there is not.
(component
  (import "cloister:ml/tensors@9.9.9" (instance (export "tensor" (type (sub resource)))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
