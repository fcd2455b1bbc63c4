;; Components in components, 40 deep.
REPEAT 40 {(component }REPEAT 40 {)}
