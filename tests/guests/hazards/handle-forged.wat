;; A number that never was a handle.
(func (export "run") (result i32)
  (drop (call $numel (i32.const 12345)))
  (global.get $ok))
