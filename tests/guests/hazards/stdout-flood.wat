;; Lines without end.
(func (export "run") (result i32) (local $stream i32)
  (local.set $stream (call $get-stdout))
  (loop $more (call $write (local.get $stream) (i32.const 1024) (i32.const 4096) (i32.const 64)) (br $more))
  (unreachable))
