;; The stream is let go, and what waits on it is used.
(func (export "run") (result i32) (local $stream i32) (local $ready i32)
  (local.set $stream (call $get-stdout))
  (local.set $ready (call $subscribe (local.get $stream)))
  (call $drop-output-stream (local.get $stream))
  (call $block (local.get $ready))
  (call $drop-pollable (local.get $ready))
  (global.get $ok))
