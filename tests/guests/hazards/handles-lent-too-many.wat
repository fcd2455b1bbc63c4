;; One tensor, lent 100,000 times in one call.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(func (export "run") (result i32) (local $i i32)
  (call $zeros (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (loop $fill
    (i32.store (i32.add (i32.const 4096) (i32.mul (local.get $i) (i32.const 4))) (i32.load (i32.const 68)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $fill (i32.lt_u (local.get $i) (i32.const 100000))))
  (call $sgd (i32.const 4096) (i32.const 100000) (f64.const 1) (f64.const 0) (f64.const 0) (f64.const 0) (i32.const 0)
    (i32.const 64))
  (call $give-up (i32.const 64)))
