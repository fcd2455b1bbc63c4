;; A trap after `run`, when its answer is cleaned up.
(func (export "post-return") (param i32) (unreachable))
(func (export "run") (result i32)
  (global.get $ok))
