;; A resource of the guest's own whose destructor does not return.
(component
  (core module $destructor (func (export "destroy") (param i32) (loop $for-ever (br $for-ever))))
  (core instance $destructor (instantiate $destructor))
  (type $thing (resource (rep i32) (dtor (core func $destructor "destroy"))))
  (core func $new (canon resource.new $thing))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "own" "new" (func $new (param i32) (result i32)))
    (import "own" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (call $drop (call $new (i32.const 7)))
      (i32.const 0)))
  (core instance $m (instantiate $m (with "own" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $m "run") (memory (core memory $m "memory")))))
