//! What Cloister needs beyond Wasmtime's C API: support for generated shims, and C functions for the sandbox.
//!
//! Nothing here may unwind into C: every `extern "C"` function runs its body in a guard.

#[cfg(feature = "panic-injection")]
mod inject;
mod sandbox;
pub mod shim;
mod symbols;
pub mod wire;

#[cfg(feature = "panic-injection")]
pub use inject::*;
