;; Two lists in the same bytes: each is read on its own.
(data (i32.const 1024) "\08\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $from-bytes (i32.const 1024) (i32.const 8) (i32.const 1024) (i32.const 1) (i32.const 1) (i32.const 64))
  (if (i64.ne (call $numel (i32.load (i32.const 68))) (i64.const 8)) (then (unreachable)))
  (global.get $ok))
