;; A size of -3.
(data (i32.const 1024) "\02\00\00\00\00\00\00\00\fd\ff\ff\ff\ff\ff\ff\ff")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 2) (i32.const 8) (i32.const 64))
  (call $give-up (i32.const 64)))
