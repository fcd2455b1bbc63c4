;; A size of -2^63, which is 2^63 to who forgets the sign.
(data (i32.const 1024) "\00\00\00\00\00\00\00\80")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $give-up (i32.const 64)))
