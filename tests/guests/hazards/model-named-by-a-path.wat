;; A model called /etc/passwd.
(data (i32.const 1024) "/etc/passwd")
(func (export "run") (result i32)
  (call $open-model (i32.const 1024) (i32.const 11) (i32.const 64))
  (call $give-up (i32.const 64)))
