;; index-select of element -2^63.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(data (i32.const 1032) "\01\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $full (i32.const 1032) (i32.const 1) (i32.const 1) (i64.const 0x8000000000000000) (i32.const 5) (i32.const 80))
  (call $index-select (i32.load (i32.const 68)) (i64.const 0) (i32.load (i32.const 84)) (i32.const 64))
  (call $give-up (i32.const 64)))
