;; No bytes at all for a shape whose product is 0 in 64 bits.
(data (i32.const 1024) "\00\00\00\00\01\00\00\00\00\00\00\00\01\00\00\00")
(func (export "run") (result i32)
  (call $from-bytes (i32.const 1024) (i32.const 0) (i32.const 1024) (i32.const 2) (i32.const 1) (i32.const 64))
  (call $give-up (i32.const 64)))
