;; 1,001 core modules.
(component REPEAT 1001 {(core module)})
