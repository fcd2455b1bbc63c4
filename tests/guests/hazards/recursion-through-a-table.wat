;; The same by a function pointer, with many variables in each call.
(table $functions funcref (elem $deeper))
(type $deeper (func (param i64) (result i64)))
(func $deeper (type $deeper)
  (i64.add (call_indirect $functions (type $deeper) (i64.add (local.get 0) (i64.const 1)) (i32.const 0)) (local.get 0)))
(func (export "run") (result i32)
  (drop (call $deeper (i64.const 1)))
  (global.get $ok))
