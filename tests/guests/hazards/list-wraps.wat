;; A list whose end wraps around to its start.
(func (export "run") (result i32)
  (call $zeros (i32.const 8) (i32.const 0xffffffff) (i32.const 8) (i32.const 64))
  (global.get $ok))
