;; Sleeps of 584 years, one after the other.
(func (export "run") (result i32) (local $wait i32)
  (loop $for-ever
    (local.set $wait (call $subscribe-duration (i64.const -1)))
    (call $block (local.get $wait))
    (call $drop-pollable (local.get $wait))
    (br $for-ever))
  (unreachable))
