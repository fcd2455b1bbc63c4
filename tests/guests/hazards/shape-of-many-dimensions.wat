;; A shape of 100,000 dimensions.
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 100000) (i32.const 8) (i32.const 64))
  (call $give-up (i32.const 64)))
