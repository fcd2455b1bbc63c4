;; Draws by weights that are NaN.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $full (i32.const 1024) (i32.const 1) (i32.const 0) (i64.const 0x7ff8000000000000) (i32.const 8) (i32.const 64))
  (call $multinomial (i32.load (i32.const 68)) (i64.const 1) (i32.const 1) (i32.const 64))
  (call $give-up (i32.const 64)))
