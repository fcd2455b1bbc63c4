;; A view whose last element lies 2^62 elements beyond its storage.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(data (i32.const 1040) "\02\00\00\00\00\00\00\00\00\00\00\00\00\00\00\40")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $as-strided (i32.load (i32.const 68)) (i32.const 1040) (i32.const 1) (i32.const 1048) (i32.const 1) (i32.const 1) (i64.const 0)
    (i32.const 64))
  (call $give-up (i32.const 64)))
