;; Progress of 2^64-1 of 2^64-1, again and again.
(func (export "run") (result i32)
  (call $progress (i64.const -1) (i64.const -1) (i32.const 64))
  (call $progress (i64.const 0) (i64.const -1) (i32.const 64))
  (call $progress (i64.const -1) (i64.const 1) (i32.const 64))
  (global.get $ok))
