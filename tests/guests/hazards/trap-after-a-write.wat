;; A tensor is written in place, and the guest traps before it uses it.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $add-in-place (i32.load (i32.const 68)) (i32.load (i32.const 68)) (i32.const 1) (i64.const 1) (i32.const 80))
  (unreachable))
