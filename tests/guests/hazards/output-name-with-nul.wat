;; An output called result, a NUL, and more.
(data (i32.const 1024) "result\00more")
(func (export "run") (result i32)
  (call $save-text (i32.const 1024) (i32.const 11) (i32.const 1024) (i32.const 1) (i32.const 64))
  (call $give-up (i32.const 64)))
