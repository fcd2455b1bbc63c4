;; Operators on tensors that are really pollables.
(component
  (import "wasi:io/poll@0.2.12" (instance $poll (export "pollable" (type (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (import "cloister:ml/ops@0.1.0" (instance
    (alias outer 1 $pollable (type $pollable'))
    (export "tensor" (type $tensor (eq $pollable')))
    (export "zeros-like" (func (param "self" (borrow $tensor)) (result (result (own $tensor)))))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
