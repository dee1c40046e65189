//! Gibbon's WebAssembly kernels from Rust, by way of wasmtime. See wasm/README.md for what the functions of the binary do.

mod kernels;
mod layers;
mod model;
mod stream;
mod train;

pub use kernels::{Array, Kernels};
pub use model::{Model, floats, ints};
pub use wasmtime::{Error, Result};
