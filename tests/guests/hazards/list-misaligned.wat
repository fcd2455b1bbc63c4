;; A list of 64-bit numbers at an odd address.
(func (export "run") (result i32)
  (call $zeros (i32.const 1025) (i32.const 1) (i32.const 8) (i32.const 64))
  (global.get $ok))
