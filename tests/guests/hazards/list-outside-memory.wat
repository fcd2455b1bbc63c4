;; A list that starts beyond the memory.
(func (export "run") (result i32)
  (call $zeros (i32.const 0x7fffff00) (i32.const 4) (i32.const 8) (i32.const 64))
  (global.get $ok))
