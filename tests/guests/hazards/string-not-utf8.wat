;; A name that is not UTF-8.
(data (i32.const 1024) "\ff\fe")
(func (export "run") (result i32)
  (call $open-dataset (i32.const 1024) (i32.const 2) (i32.const 64))
  (global.get $ok))
