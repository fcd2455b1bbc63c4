;; An error of a million characters.
(data (i32.const 1024) "\01\00\00\00\00\08\00\00\40\42\0f\00")
(func (export "run") (result i32)
  (memory.fill (i32.const 2048) (i32.const 120) (i32.const 1000000))
  (i32.const 1024))
