;; A part whose start and length add up to more than 63 bits.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $narrow (i32.load (i32.const 68)) (i64.const 0) (i64.const 0x7fffffffffffffff) (i64.const 0x7fffffffffffffff) (i32.const 64))
  (call $give-up (i32.const 64)))
