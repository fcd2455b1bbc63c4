;; An optimizer whose rate is NaN.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (call $set-requires-grad (i32.load (i32.const 68)) (i32.const 1) (i32.const 80))
  (i32.store (i32.const 96) (i32.load (i32.const 68)))
  (call $sgd (i32.const 96) (i32.const 1) (f64.const nan) (f64.const 0) (f64.const 0) (f64.const 0) (i32.const 0)
    (i32.const 64))
  (call $give-up (i32.const 64)))
