;; The words of the error lie beyond the memory.
(data (i32.const 1024) "\01\00\00\00\f0\ff\ff\7f\10\00\00\00")
(func (export "run") (result i32)
  (i32.const 1024))
