;; A dataset called ../../etc.
(data (i32.const 1024) "../../etc")
(func (export "run") (result i32)
  (call $open-dataset (i32.const 1024) (i32.const 9) (i32.const 64))
  (call $give-up (i32.const 64)))
