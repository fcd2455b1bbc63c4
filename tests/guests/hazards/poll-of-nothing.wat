;; A wait on no pollables, which would never end.
(func (export "run") (result i32)
  (call $poll (i32.const 0) (i32.const 0) (i32.const 64))
  (global.get $ok))
