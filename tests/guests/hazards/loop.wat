;; A loop without end.
(func (export "run") (result i32)
  (loop $for-ever (br $for-ever))
  (unreachable))
