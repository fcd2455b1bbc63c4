;; An exit before `run`.
(func $begin (call $exit (i32.const 9)))
(start $begin)
(func (export "run") (result i32)
  (unreachable))
