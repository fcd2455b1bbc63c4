;; A line of half a MiB at once.
(func (export "run") (result i32)
  (call $write (call $get-stdout) (i32.const 1024) (i32.const 524288) (i32.const 64))
  (global.get $ok))
