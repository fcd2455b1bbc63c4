;; The largest size that there is.
(data (i32.const 1024) "\ff\ff\ff\ff\ff\ff\ff\7f")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $give-up (i32.const 64)))
