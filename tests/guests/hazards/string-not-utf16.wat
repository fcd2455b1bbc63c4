;; A name in UTF-16 with half a character.
(component
  (import "cloister:ml/outputs@0.1.0" (instance $outputs
    (type $error' (variant (case "invalid-argument" string) (case "shape-mismatch" string) (case "dtype-mismatch" string)
      (case "unsupported" string) (case "quota-exceeded" string) (case "not-granted" string) (case "bad-data" string)
      (case "internal" string)))
    (export "error" (type $error (eq $error')))
    (export "scalar" (func (param "name" string) (param "step" u64) (param "value" f64) (result (result (error $error)))))))
  (core module $libc
    (memory (export "memory") 1)
    (data (i32.const 1024) "\00\d8\00\d8")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $libc (instantiate $libc))
  (core func $scalar (canon lower (func $outputs "scalar") string-encoding=utf16 (memory (core memory $libc "memory"))
    (realloc (core func $libc "realloc"))))
  (core module $m
    (import "host" "scalar" (func $scalar (param i32 i32 i64 f64 i32)))
    (func (export "run") (result i32)
      (call $scalar (i32.const 1024) (i32.const 2) (i64.const 0) (f64.const 0) (i32.const 64))
      (i32.const 0)))
  (core instance $m (instantiate $m (with "host" (instance (export "scalar" (func $scalar))))))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $libc "memory")))))
