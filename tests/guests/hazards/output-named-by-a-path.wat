;; An output called ../result.
(data (i32.const 1024) "../result")
(func (export "run") (result i32)
  (call $save-text (i32.const 1024) (i32.const 9) (i32.const 1024) (i32.const 1) (i32.const 64))
  (call $give-up (i32.const 64)))
