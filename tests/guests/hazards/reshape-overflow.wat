;; A reshape to sizes whose product wraps around to the right number.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(data (i32.const 1040) "\01\00\00\00\00\00\00\40\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $reshape (i32.load (i32.const 68)) (i32.const 1040) (i32.const 2) (i32.const 64))
  (call $give-up (i32.const 64)))
