;; Dtype 250.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 250) (i32.const 64))
  (global.get $ok))
