//! The library that the generator's tests link instead of `cloister-wasmtime`: a program has room for one Rust library.
pub use cloister_extension::*;
pub use wasmtime_c_api::*;

mod instance;
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}
