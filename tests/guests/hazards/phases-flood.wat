;; Phases without end.
(data (i32.const 1024) "loss")
(func (export "run") (result i32)
  (loop $more
    (call $phase (i32.const 1024) (i32.const 4) (i32.const 0) (i64.const 0) (i32.const 64))
    (br_if $more (i32.eqz (i32.load8_u (i32.const 64)))))
  (call $give-up (i32.const 64)))
