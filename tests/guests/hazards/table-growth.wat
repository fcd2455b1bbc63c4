;; Table elements, in two tables by turns, as long as there are some.
(table $one 1 funcref)
(table $two 1 funcref)
(func (export "run") (result i32)
  (loop $more
    (br_if $more (i32.and
      (i32.ne (table.grow $one (ref.null func) (i32.const 1000)) (i32.const -1))
      (i32.ne (table.grow $two (ref.null func) (i32.const 1000)) (i32.const -1)))))
  (unreachable))
