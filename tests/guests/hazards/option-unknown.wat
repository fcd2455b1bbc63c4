;; An option that is neither there nor not.
(data (i32.const 1024) "a")
(func (export "run") (result i32)
  (call $phase (i32.const 1024) (i32.const 1) (i32.const 7) (i64.const 0) (i32.const 64))
  (global.get $ok))
