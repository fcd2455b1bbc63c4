;; A loop before `run`, as in `_initialize` or a constructor.
(func $begin (loop $for-ever (br $for-ever)))
(start $begin)
(func (export "run") (result i32)
  (global.get $ok))
