;; An output that grows, until the host refuses it.
(data (i32.const 1024) "result")
(func (export "run") (result i32) (local $size i32)
  (loop $more
    (local.set $size (i32.add (local.get $size) (i32.const 8192)))
    (memory.fill (i32.const 2048) (i32.const 120) (local.get $size))
    (call $save-text (i32.const 1024) (i32.const 6) (i32.const 2048) (local.get $size) (i32.const 64))
    (br_if $more (i32.eqz (i32.load8_u (i32.const 64)))))
  (call $give-up (i32.const 64)))
