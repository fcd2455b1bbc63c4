;; The product of the sizes is 0 in 64 bits.
(data (i32.const 1024) "\00\00\00\00\01\00\00\00\00\00\00\00\01\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 2) (i32.const 8) (i32.const 64))
  (call $give-up (i32.const 64)))
