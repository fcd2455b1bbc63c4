;; A loop after `run`, when its answer is cleaned up.
(func (export "post-return") (param i32) (loop $for-ever (br $for-ever)))
(func (export "run") (result i32)
  (global.get $ok))
