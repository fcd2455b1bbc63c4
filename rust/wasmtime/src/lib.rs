//! The one Rust library that a program links: Wasmtime's C API, what Cloister adds to it, and the generated shims of world
//! `workload`.
pub use cloister_extension::*;
pub use wasmtime_c_api::*;

mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}
