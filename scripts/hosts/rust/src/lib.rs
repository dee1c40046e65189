//! Gibbon's WebAssembly kernels from Rust, by way of wasmtime. See wasm/README.md for what the functions of the binary do.

mod errors;
mod fgsm;
mod kernels;
mod layers;
mod model;
mod stream;
mod train;

pub use errors::{Code, Error, InputError, Result};
pub use fgsm::{FgsmOptions, Norm};
pub use kernels::{Array, Kernels};
pub use model::{Model, floats, ints};
