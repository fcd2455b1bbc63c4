//! Machine-learning workloads for Cloister, in Rust.
//!
//! A workload holds *handles* to tensors, models and datasets; the host owns the bytes and does the arithmetic. It reads
//! like PyTorch:
//!
//! ```ignore
//! use cloister::{Args, Reduction, Result, mse_loss, nn, nn::{Layer, Module}, optim, rand, Dtype};
//!
//! fn fit_line(args: &mut Args) -> Result<()> {
//!     args.finish()?;
//!     let x = rand(&[256, 1], Dtype::Float32);
//!     let y = 3 * &x + 2;
//!     let line = nn::Linear::new(1, 1);
//!     let optimizer = optim::sgd(&line.parameters(), optim::SgdOptions { lr: 0.5, ..Default::default() });
//!     for _ in 0..200 {
//!         optimizer.zero_grad();
//!         mse_loss(&line.forward(&x), &y, Reduction::Mean).backward();
//!         optimizer.step();
//!     }
//!     println!("y = {:.2} x + {:.2}", line.weight.item::<f64>(), line.bias.as_ref().unwrap().item::<f64>());
//!     Ok(())
//! }
//!
//! cloister::workload!(fit_line);
//! ```
//!
//! - [`Tensor`] has the operators as methods; those without a `self` are functions of this crate. Rust has no default
//!   arguments, so each is written out; the documentation of an operator states PyTorch's.
//! - An operator that fails ends the run with the host's sentence. [`attempt`] has the same operators as functions that
//!   return the error. Opening a grant, taking a batch and saving return a [`Result`] by themselves.
//! - [`bindings`] are the calls of the WIT contract as they are.

// Shapes stand in brackets, `[n, c]`, which rustdoc takes for links.
#![allow(rustdoc::broken_intra_doc_links)]

pub mod args;
#[rustfmt::skip]
pub mod attempt;
pub mod autograd;
pub mod checkpoint;
pub mod data;
mod error;
mod grants;
pub mod model;
pub mod nn;
#[rustfmt::skip]
mod operators;
pub mod optim;
pub mod output;
mod scalar;
mod signs;
mod tensor;
mod workload;

pub use args::Args;
pub use autograd::{AutoGradMode, InferenceMode, NoGradGuard};
pub use data::Dataset;
pub use error::{Error, ErrorKind, Result};
pub use model::Model;
pub use operators::functions::*;
pub use operators::settings::*;
pub use scalar::{Dtype, Element, Scalar};
pub use tensor::{Device, Tensor, manual_seed};

/// The calls of the WIT contract, made by wit-bindgen from the package in `wit/`.
#[allow(missing_docs, clippy::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "workload",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_workload",
        default_bindings_module: "cloister::bindings",
    });
}

#[doc(hidden)]
pub mod private {
    pub use crate::grants::{grants_section, grants_section_size};
    pub use crate::workload::run;
}
