//! What operators record for backward, for a scope.
//!
//! ```ignore
//! let accuracy = {
//!     let _no_grad = NoGradGuard::new();
//!     layer.forward(&x).argmax(Some(1), false).eq(&y)
//! };
//! ```
use crate::bindings::cloister::ml::autograd::{Mode, get_mode, set_mode};

/// The mode that is set until the end of the scope. The host keeps the setting, so a trap leaks nothing.
struct Guard(Mode);

impl Guard {
    fn new(mode: Mode) -> Self {
        let before = get_mode();
        set_mode(mode);
        Guard(before)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        set_mode(self.0);
    }
}

macro_rules! guards {
    ($($(#[$docs:meta])* $name:ident => $mode:ident),*) => {$(
        $(#[$docs])*
        #[must_use = "it ends with the scope that holds it: let _guard = ..."]
        pub struct $name(#[allow(dead_code)] Guard);

        impl $name {
            /// Sets the mode; what was set before is set again when this is dropped.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                $name(Guard::new(Mode::$mode))
            }
        }
    )*};
}
guards!(
    /// Records a graph for tensors that require gradients (the initial mode).
    AutoGradMode => Grad,
    /// Records nothing.
    NoGradGuard => NoGrad,
    /// Records nothing and skips version counting: fastest. Tensors made here cannot be trained on; `deep_clone` them
    /// outside.
    InferenceMode => Inference
);
