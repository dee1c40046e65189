//! Layers from inputs to scores, and back.

use std::cell::RefCell;

use safetensors::{Dtype, SafeTensors};
use wasmtime::format_err;

use crate::errors::{Code, Result, input};
use crate::kernels::{Array, Kernels};

/// x·Wᵀ + b.
pub(crate) struct Linear {
    pub weights: Array,
    pub bias: Array,
}

/// The greatest of several linear pieces a unit.
pub(crate) struct Maxout {
    linear: Linear,
    units: usize,
    pieces: usize,
    winner: RefCell<Option<Array>>,
}

impl Linear {
    /// Such a layer of tensors in a file; `action` begins the message where they do not fit.
    pub fn read(
        kernels: &Kernels,
        (action, tensors): (&str, &SafeTensors),
        name: &str,
        (outputs, inputs): (usize, usize),
    ) -> Result<Self> {
        let read = |part: &str, count: usize| -> Result<Vec<f32>> {
            let refused = |reason: String| input(Code::Shape, action, reason);
            let tensor = tensors
                .tensor(&format!("{name}{part}"))
                .map_err(|_| refused(format!("tensor {name}{part} is missing")))?;
            if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * count {
                let got = format!("{:?} of shape {:?}", tensor.dtype(), tensor.shape());
                return Err(refused(format!("expected {name}{part} as {count} float32, got {got}")));
            }
            Ok(crate::floats(tensor.data()))
        };
        let weights = kernels.floats(outputs, inputs, &read("W", outputs * inputs)?)?;
        Ok(Self { weights, bias: kernels.floats(1, outputs, &read("b", outputs)?)? })
    }

    pub fn forward(&self, kernels: &Kernels, x: &Array) -> Result<Array> {
        let z = kernels.room(x.rows, self.weights.rows)?;
        kernels.gemm_nt(&z, x, &self.weights, 0, z.rows, z.cols, x.cols)?;
        kernels.add_bias(&z, &self.bias, z.rows, z.cols)?;
        Ok(z)
    }

    pub fn backward(&self, kernels: &Kernels, d: &Array) -> Result<Array> {
        let dx = kernels.room(d.rows, self.weights.cols)?;
        kernels.gemm_nn(&dx, d, &self.weights, 0, dx.rows, dx.cols, d.cols)?;
        Ok(dx)
    }
}

impl Maxout {
    /// Such units, with the pieces' weights in the order pieces, units.
    pub fn new(linear: Linear, units: usize, pieces: usize) -> Self {
        Self { linear, units, pieces, winner: RefCell::new(None) }
    }

    pub fn forward(&self, kernels: &Kernels, x: &Array) -> Result<Array> {
        let z = self.linear.forward(kernels, x)?;
        let (h, winner) = (kernels.room(x.rows, self.units)?, kernels.room(x.rows, self.units)?);
        kernels.maxout_forward(&h, &winner, &z, x.rows, self.units, self.pieces)?;
        self.winner.replace(Some(winner));
        Ok(h)
    }

    pub fn backward(&self, kernels: &Kernels, d: &Array) -> Result<Array> {
        let winner = self.winner.take().ok_or_else(|| format_err!("there was no forward pass"))?;
        let (rows, units, weights) = (d.rows, d.cols, &self.linear.weights);
        let (indices, values, counts) =
            (kernels.room(rows, units)?, kernels.room(rows, units)?, kernels.room(rows, 1)?);
        kernels.list_winners_by_row(&indices, &values, &counts, d, &winner, rows, units)?;
        let dx = kernels.room(rows, weights.cols)?;
        kernels.gather_rows(&dx, &indices, &values, &counts, weights, 0, rows, dx.cols, weights.rows, units)?;
        Ok(dx)
    }
}
