//! Models, and the fast gradient sign method.

use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;
use wasmtime::error::Context;
use wasmtime::{Result, bail, ensure, format_err};

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
        Self::read(kernels, &file).with_context(|| format!("cannot read {}", path.display()))
    }

    fn read(kernels: &Kernels, file: &[u8]) -> Result<Self> {
        let (_, header) = SafeTensors::read_metadata(file)?;
        let tensors = SafeTensors::deserialize(file)?;
        let about =
            |name: &str| header.metadata().as_ref().and_then(|texts| texts.get(name)).map_or("", String::as_str);
        ensure!(about("format") == "gibbon-model-1", "expected format gibbon-model-1, got {:?}", about("format"));
        let known = ["softmaxLinear", "maxout"].contains(&about("family")) && about("head") == "softmax";
        ensure!(known, "this host has no {} with head {}", about("family"), about("head"));

        let config: Value = serde_json::from_str(about("config"))?;
        let whole =
            |value: &Value| value.as_u64().map(|n| n as usize).ok_or_else(|| format_err!("bad config {config}"));
        let (inputs, classes) = (whole(&config["inputs"])?, whole(&config["classes"])?);
        let (mut width, mut top) = (inputs, "");
        let mut hidden = Vec::new();
        for (i, units) in config["units"].as_array().into_iter().flatten().enumerate() {
            let (units, pieces) = (whole(units)?, whole(&config["pieces"])?);
            let linear = Linear::read(kernels, &tensors, &format!("layer{i}."), pieces * units, width)?;
            hidden.push(Maxout::new(linear, units, pieces));
            (width, top) = (units, "top.");
        }
        let top = Linear::read(kernels, &tensors, top, classes, width)?;
        Ok(Self { inputs, classes, kernels: kernels.clone(), hidden, top })
    }

    /// Scores of each class for the inputs `x`, row after row.
    pub fn scores(&self, x: &[f32]) -> Result<Vec<f32>> {
        ensure!(
            x.len().is_multiple_of(self.inputs),
            "cannot classify {} numbers: the model takes {} inputs",
            x.len(),
            self.inputs
        );
        let x = self.kernels.floats(x.len() / self.inputs, self.inputs, x)?;
        Ok(self.forward(&x)?.to_vec())
    }

    /// The most probable class of each example; the first, if several are.
    pub fn predict(&self, x: &[f32]) -> Result<Vec<usize>> {
        let best = |row: &[f32]| (1..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best });
        Ok(self.scores(x)?.chunks(self.classes).map(best).collect())
    }

    /// Adversarial inputs by the fast gradient sign method, x + ε·sign(∇ₓ J(x, y)), clipped to `bounds`; infinities
    /// are no bounds. Never farther than ε from `x`, not by one bit.
    pub fn fgsm(&self, x: &[f32], labels: &[i32], epsilon: f64, bounds: (f64, f64)) -> Result<Vec<f32>> {
        ensure!(
            (0.0..f64::INFINITY).contains(&epsilon),
            "cannot attack with epsilon {epsilon}: must be finite and >= 0"
        );
        self.check(x, labels)?;
        let (kernels, rows) = (&self.kernels, labels.len());
        let x = kernels.floats(rows, self.inputs, x)?;
        let labels = kernels.ints(rows, 1, labels)?;
        let budget = kernels.floats(1, self.inputs, &vec![below(epsilon); self.inputs])?;
        let scores = self.forward(&x)?;
        kernels.softmax_direction(&scores, &scores, &labels, rows, self.classes)?;
        let g = self.backward(scores)?;
        kernels.sign_step(&g, &x, &g, &budget, -below(-bounds.0), below(bounds.1), rows, self.inputs)?;
        Ok(g.to_vec())
    }

    pub(crate) fn forward(&self, x: &Array) -> Result<Array> {
        let mut h = None;
        for layer in &self.hidden {
            h = Some(layer.forward(&self.kernels, h.as_ref().unwrap_or(x))?);
        }
        self.top.forward(&self.kernels, h.as_ref().unwrap_or(x))
    }

    fn backward(&self, d: Array) -> Result<Array> {
        let mut d = self.top.backward(&self.kernels, &d)?;
        for layer in self.hidden.iter().rev() {
            d = layer.backward(&self.kernels, &d)?;
        }
        Ok(d)
    }

    /// Fails unless the examples fit the model: kernels find their place in memory by labels.
    pub(crate) fn check(&self, x: &[f32], labels: &[i32]) -> Result<()> {
        let (numbers, examples, inputs) = (x.len(), labels.len(), self.inputs);
        ensure!(
            numbers == examples * inputs,
            "cannot use {numbers} numbers with {examples} labels: the model takes {inputs} inputs"
        );
        match labels.iter().find(|&&label| label < 0 || label as usize >= self.classes) {
            Some(label) => bail!("cannot use label {label}: must be in 0 … {}", self.classes - 1),
            None => Ok(()),
        }
    }

    /// Whether there is nothing but one linear layer.
    pub(crate) fn is_linear(&self) -> bool {
        self.hidden.is_empty()
    }
}

/// The greatest float32 that is not above `value`.
fn below(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}

/// Little-endian bytes as numbers.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
}

/// Little-endian bytes as whole numbers.
pub fn ints(bytes: &[u8]) -> Vec<i32> {
    bytes.chunks_exact(4).map(|four| i32::from_le_bytes(four.try_into().unwrap())).collect()
}
