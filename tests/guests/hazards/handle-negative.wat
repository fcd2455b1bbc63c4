;; Handle -1.
(func (export "run") (result i32)
  (drop (call $numel (i32.const -1)))
  (global.get $ok))
