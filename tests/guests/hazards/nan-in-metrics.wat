;; Metrics that are NaN, infinite and the smallest number.
(data (i32.const 1024) "loss")
(func (export "run") (result i32)
  (call $scalar (i32.const 1024) (i32.const 4) (i64.const 0) (f64.const nan) (i32.const 64))
  (call $scalar (i32.const 1024) (i32.const 4) (i64.const -1) (f64.const inf) (i32.const 64))
  (call $scalar (i32.const 1024) (i32.const 4) (i64.const 1) (f64.const -inf) (i32.const 64))
  (call $scalar (i32.const 1024) (i32.const 4) (i64.const 2) (f64.const 0x1p-1074) (i32.const 64))
  (global.get $ok))
