;; 1,000 variables through 8,000 loops: 64 KiB that took the compiler 17 s and 2 GB.
(component
  (core module (func (local REPEAT 1000 {i32 }) REPEAT 1000 {(local.set # (i32.const 1))} REPEAT 8000 {(loop (br_if 0 (local.get 0)))} REPEAT 1000 {(drop (local.get #))}))
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
