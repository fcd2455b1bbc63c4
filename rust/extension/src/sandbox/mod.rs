//! What `src/sandbox` needs beyond the C API: an engine whose configuration can fail, pre-instantiation, a limiter
//! that counts, a typed `run`, diagnosis of a component that does not fit. The C++ side of these functions is
//! `src/sandbox/wasmtime_ffi.h`; both change together.

mod backtrace;
mod bounds;
mod component;
mod engine;
mod guard;
mod instance;
mod link;
pub mod profile;
