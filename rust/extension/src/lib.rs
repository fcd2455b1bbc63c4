//! What Cloister needs beyond Wasmtime's C API, as C functions and as support for generated shims.
//!
//! Nothing here may unwind into C: every `extern "C"` function runs its body in [`shim::shield_c`].
#![expect(non_camel_case_types, reason = "C names")]

mod describe;
#[cfg(feature = "panic-injection")]
mod inject;
mod instance;
mod sandbox;
pub mod shim;
pub mod wire;

pub use describe::*;
#[cfg(feature = "panic-injection")]
pub use inject::*;
pub use instance::*;
