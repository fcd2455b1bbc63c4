;; An output with a name of half a MiB.
(func (export "run") (result i32)
  (memory.fill (i32.const 2048) (i32.const 120) (i32.const 524288))
  (call $save-text (i32.const 2048) (i32.const 524288) (i32.const 2048) (i32.const 1) (i32.const 64))
  (call $give-up (i32.const 64)))
