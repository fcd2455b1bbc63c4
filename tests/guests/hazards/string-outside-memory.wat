;; A name that ends beyond the memory.
(func (export "run") (result i32)
  (call $open-dataset (i32.const 1114111) (i32.const 2) (i32.const 64))
  (global.get $ok))
