//! Models.

use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;
use wasmtime::error::Context;

use crate::errors::{Code, Result, input, shown};
use crate::kernels::{Array, Kernels};
use crate::layers::{Linear, Maxout};

/// A classifier whose parameters lie in the binary's memory.
pub struct Model {
    pub inputs: usize,
    pub classes: usize,
    pub(crate) kernels: Kernels,
    hidden: Vec<Maxout>,
    pub(crate) top: Linear,
}

impl Model {
    /// The softmax regression or maxout network in the safetensors file at `path`.
    pub fn load(kernels: &Kernels, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = std::fs::read(path).with_context(|| format!("cannot open {}", path.display()))?;
        Self::read(kernels, &file, &format!("read {}", path.display()))
    }

    fn read(kernels: &Kernels, file: &[u8], action: &str) -> Result<Self> {
        let broken = |reason: String| input(Code::Format, action, reason);
        let (_, header) = SafeTensors::read_metadata(file).map_err(|error| broken(error.to_string()))?;
        let tensors = SafeTensors::deserialize(file).map_err(|error| broken(error.to_string()))?;
        let about =
            |name: &str| header.metadata().as_ref().and_then(|texts| texts.get(name)).map_or("", String::as_str);
        if about("format") != "gibbon-model-1" {
            let got = about("format");
            return Err(broken(format!("expected format gibbon-model-1 in its metadata, got {got:?}")));
        }
        if !["softmaxLinear", "maxout"].contains(&about("family")) || about("head") != "softmax" {
            let reason = format!("this host has no {} with head {}", about("family"), about("head"));
            return Err(input(Code::Host, action, reason));
        }

        let misfit = || broken(format!("its config does not fit: {}", about("config")));
        let config: Value = serde_json::from_str(about("config")).map_err(|_| misfit())?;
        let whole = |value: &Value| value.as_u64().filter(|&n| n > 0).map(|n| n as usize).ok_or_else(misfit);
        let (inputs, classes) = (whole(&config["inputs"])?, whole(&config["classes"])?);
        let (mut width, mut top) = (inputs, "");
        let mut hidden = Vec::new();
        for (i, units) in config["units"].as_array().into_iter().flatten().enumerate() {
            let (units, pieces) = (whole(units)?, whole(&config["pieces"])?);
            let name = format!("layer{i}.");
            let linear = Linear::read(kernels, (action, &tensors), &name, (pieces * units, width))?;
            hidden.push(Maxout::new(linear, units, pieces));
            (width, top) = (units, "top.");
        }
        let top = Linear::read(kernels, (action, &tensors), top, (classes, width))?;
        Ok(Self { inputs, classes, kernels: kernels.clone(), hidden, top })
    }

    /// Scores of each class for the inputs `x`, row after row.
    pub fn scores(&self, x: &[f32]) -> Result<Vec<f32>> {
        self.check_count("classify", x)?;
        check_finite("classify", x, self.inputs)?;
        let x = self.kernels.floats(x.len() / self.inputs, self.inputs, x)?;
        Ok(self.forward(&x)?.to_vec())
    }

    /// The most probable class of each example; the first, if several are.
    pub fn predict(&self, x: &[f32]) -> Result<Vec<usize>> {
        let best = |row: &[f32]| (1..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best });
        Ok(self.scores(x)?.chunks(self.classes).map(best).collect())
    }

    pub(crate) fn forward(&self, x: &Array) -> Result<Array> {
        let mut h = None;
        for layer in &self.hidden {
            h = Some(layer.forward(&self.kernels, h.as_ref().unwrap_or(x))?);
        }
        self.top.forward(&self.kernels, h.as_ref().unwrap_or(x))
    }

    pub(crate) fn backward(&self, d: Array) -> Result<Array> {
        let mut d = self.top.backward(&self.kernels, &d)?;
        for layer in self.hidden.iter().rev() {
            d = layer.backward(&self.kernels, &d)?;
        }
        Ok(d)
    }

    /// Fails unless the examples fit the model: kernels find their place in memory by labels.
    pub(crate) fn check_examples(&self, action: &str, x: &[f32], labels: &[i32]) -> Result<()> {
        let (inputs, examples) = (self.inputs, labels.len());
        let ragged = x.len() % inputs != 0;
        let cols = if ragged && examples > 0 && x.len() % examples == 0 { x.len() / examples } else { inputs };
        let (batch, rows) = ("make a batch", x.len() / cols);
        if rows * cols == x.len() && rows != examples {
            return Err(input(Code::Shape, batch, format!("{rows} examples but {examples} labels")));
        }
        let classes = self.classes;
        if let Some(i) = labels.iter().position(|&label| label < 0 || label as usize >= classes) {
            let label = format!("label {} of example {i}", labels[i]);
            let reason = format!("{label} is not a whole number in 0 … {}", classes - 1);
            return Err(input(Code::Value, batch, reason));
        }
        check_finite(batch, x, cols)?;
        if cols != inputs {
            let reason = format!("the model takes {inputs} inputs, the examples have {cols}");
            return Err(input(Code::Shape, action, reason));
        }
        self.check_count(action, x)
    }

    /// Fails unless `x` is whole examples.
    fn check_count(&self, action: &str, x: &[f32]) -> Result<()> {
        let (inputs, numbers) = (self.inputs, x.len());
        if numbers % inputs == 0 {
            return Ok(());
        }
        let reason = format!("the model takes {inputs} inputs, {numbers} numbers are no whole examples");
        Err(input(Code::Shape, action, reason))
    }

    /// Whether there is nothing but one linear layer.
    pub(crate) fn is_linear(&self) -> bool {
        self.hidden.is_empty()
    }
}

/// Fails unless all of `x`, so many columns wide, is finite.
fn check_finite(action: &str, x: &[f32], cols: usize) -> Result<()> {
    match x.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(i) => {
            let value = format!("{}, not a finite number", shown(f64::from(x[i])));
            Err(input(Code::Value, action, format!("input {} of example {} is {value}", i % cols, i / cols)))
        }
    }
}

/// Little-endian bytes as numbers.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
}

/// Little-endian bytes as whole numbers.
pub fn ints(bytes: &[u8]) -> Vec<i32> {
    bytes.chunks_exact(4).map(|four| i32::from_le_bytes(four.try_into().unwrap())).collect()
}
