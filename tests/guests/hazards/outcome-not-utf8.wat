;; The words of the error are not UTF-8.
(data (i32.const 1024) "\01\00\00\00\10\04\00\00\02\00\00\00\00\00\00\00\ff\fe")
(func (export "run") (result i32)
  (i32.const 1024))
