;; A function that the world does not offer, in an interface that it does.
(component
  (import "cloister:ml/outputs@0.1.0" (instance
    (type $error' (variant (case "invalid-argument" string) (case "shape-mismatch" string) (case "dtype-mismatch" string)
      (case "unsupported" string) (case "quota-exceeded" string) (case "not-granted" string) (case "bad-data" string)
      (case "internal" string)))
    (export "error" (type $error (eq $error')))
    (export "progress" (func (param "done" u64) (param "items" u64) (result (result (error $error)))))
    (export "run-shell" (func))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
