;; No hazard: the well-behaved neighbour. From 1, 2, 3, 4 it computes x + x*x again and again, checks the
;; sum and saves it; what it saves is the same each time.
(data (i32.const 1024) "\04\00\00\00\00\00\00\00")
(data (i32.const 1032) "\00\00\80\3f\00\00\00\40\00\00\40\40\00\00\80\40")
(data (i32.const 1048) "result")
(func (export "run") (result i32) (local $x i32) (local $steps i32)
  (call $from-bytes (i32.const 1032) (i32.const 16) (i32.const 1024) (i32.const 1) (i32.const 8) (i32.const 64))
  (local.set $x (i32.load (i32.const 68)))
  (loop $more
    (call $mul (local.get $x) (local.get $x) (i32.const 80))
    (call $add (local.get $x) (i32.load (i32.const 84)) (i32.const 1) (i64.const 1) (i32.const 96))
    ;; 2, 6, 12, 20: 40 in all.
    (call $sum (i32.load (i32.const 100)) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 112))
    (call $item (i32.load (i32.const 116)) (i32.const 128))
    (if (f64.ne (f64.load (i32.const 144)) (f64.const 40)) (then (unreachable)))
    (call $drop-tensor (i32.load (i32.const 84)))
    (call $drop-tensor (i32.load (i32.const 116)))
    (if (i32.eq (local.get $steps) (i32.const 200)) (then
      (call $save-tensor (i32.const 1048) (i32.const 6) (i32.load (i32.const 100)) (i32.const 160))
      (return (if (result i32) (i32.load8_u (i32.const 160))
        (then (call $give-up (i32.const 160)))
        (else (global.get $ok))))))
    (call $drop-tensor (i32.load (i32.const 100)))
    (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
    (br $more))
  (unreachable))
