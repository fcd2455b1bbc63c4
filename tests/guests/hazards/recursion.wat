;; Calls that nest without end.
(func $deeper (call $deeper) (call $deeper))
(func (export "run") (result i32)
  (call $deeper)
  (global.get $ok))
