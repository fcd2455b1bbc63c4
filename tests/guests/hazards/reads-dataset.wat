;; No hazard: reads the dataset `train` one sample at a time, and says by the metrics `opened` and `batch` where it is, so
;; that a test can change the files at these points.
(data (i32.const 1024) "train")
(data (i32.const 1032) "opened")
(data (i32.const 1040) "batch")
(func (export "run") (result i32) (local $dataset i32) (local $batches i32)
  (call $open-dataset (i32.const 1024) (i32.const 5) (i32.const 64))
  (if (i32.load8_u (i32.const 64)) (then (return (call $give-up (i32.const 64)))))
  (local.set $dataset (i32.load (i32.const 68)))
  (call $scalar (i32.const 1032) (i32.const 6) (i64.const 0) (f64.const 0) (i32.const 96))
  ;; The arguments in memory: the dataset, then the options, of which only the size of a batch is not zero.
  (i32.store (i32.const 2048) (local.get $dataset))
  (i32.store (i32.const 2056) (i32.const 1))
  (call $batches (i32.const 2048) (i32.const 64))
  (if (i32.load8_u (i32.const 64)) (then (return (call $give-up (i32.const 64)))))
  (local.set $batches (i32.load (i32.const 68)))
  (loop $more
    (call $next (local.get $batches) (i32.const 64))
    (if (i32.load8_u (i32.const 64)) (then (return (call $give-up (i32.const 64)))))
    (if (i32.eqz (i32.load8_u (i32.const 68))) (then (return (global.get $ok))))
    ;; Inputs and labels.
    (call $drop-tensor (i32.load (i32.load (i32.const 72))))
    (call $drop-tensor (i32.load offset=4 (i32.load (i32.const 72))))
    (call $scalar (i32.const 1040) (i32.const 5) (i64.const 0) (f64.const 0) (i32.const 96))
    (br $more))
  (unreachable))
