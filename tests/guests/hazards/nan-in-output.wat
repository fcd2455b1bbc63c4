;; A tensor of NaN, multiplied, added and saved.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(data (i32.const 1040) "result")
(func (export "run") (result i32)
  (call $full (i32.const 1024) (i32.const 1) (i32.const 0) (i64.const 0x7ff8000000000000) (i32.const 8) (i32.const 64))
  (call $mul (i32.load (i32.const 68)) (i32.load (i32.const 68)) (i32.const 80))
  (call $add (i32.load (i32.const 68)) (i32.load (i32.const 84)) (i32.const 0) (i64.const 0x7ff0000000000000) (i32.const 64))
  (call $save-tensor (i32.const 1040) (i32.const 6) (i32.load (i32.const 68)) (i32.const 80))
  (global.get $ok))
