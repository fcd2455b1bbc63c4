;; A `run` that takes an argument.
(component
  (core module $m (func (export "run") (param i32)))
  (core instance $m (instantiate $m))
  (func (export "run") (param "code" u32) (canon lift (core func $m "run"))))
