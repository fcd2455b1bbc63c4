;; The host says quota-exceeded, and the guest asks again, for ever.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (loop $for-ever (call $read (i32.load (i32.const 68)) (i32.const 72)) (br $for-ever))
  (unreachable))
