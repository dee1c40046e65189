//! The fast gradient sign method.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::errors::{Code, InputError, Result, input, shown};
use crate::model::Model;

/// How long a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Norm {
    /// The largest change of an input.
    #[default]
    Linf,
    /// The Euclidean length.
    L2,
    /// The sum of all changes.
    L1,
}

impl FromStr for Norm {
    type Err = InputError;

    fn from_str(name: &str) -> std::result::Result<Self, InputError> {
        match name {
            "Linf" => Ok(Norm::Linf),
            "L2" => Ok(Norm::L2),
            "L1" => Ok(Norm::L1),
            _ => Err(InputError {
                code: Code::Value,
                action: format!("attack by fgsm with norm \"{name}\""),
                reason: "must be Linf, L2 or L1".into(),
            }),
        }
    }
}

/// How far `Model::fgsm` goes.
#[derive(Clone, Debug, Default)]
pub struct FgsmOptions {
    /// The size of the perturbation.
    pub epsilon: f64,
    /// The least and the greatest value of an input: none, one pair for all, or one for each.
    pub bounds: Vec<(f64, f64)>,
    /// What `epsilon` bounds.
    pub norm: Norm,
}

impl Model {
    /// Adversarial inputs by the fast gradient sign method, x + ε·sign(∇ₓ J(x, y)), kept within bounds. In norm L2 the
    /// step is ε·∇J/‖∇J‖₂, in L1 it is ε on the input of the greatest slope. Never farther than ε from `x`, not by one
    /// bit.
    pub fn fgsm(&self, x: &[f32], labels: &[i32], options: &FgsmOptions) -> Result<Vec<f32>> {
        self.check_examples("attack", x, labels)?;
        options.check(x, self.inputs)?;
        let FgsmOptions { epsilon, bounds, norm } = options;
        // the kernels know one pair for all inputs
        let (lo, hi) = if let [pair] = bounds[..] { inward(pair) } else { (f32::NEG_INFINITY, f32::INFINITY) };
        let (kernels, rows, cols) = (&self.kernels, labels.len(), self.inputs);
        let x = kernels.floats(rows, cols, x)?;
        let labels = kernels.ints(rows, 1, labels)?;
        let scores = self.forward(&x)?;
        kernels.softmax_direction(&scores, &scores, &labels, rows, self.classes)?;
        let g = self.backward(scores)?;
        match norm {
            Norm::Linf => {
                let steps = kernels.floats(1, cols, &vec![below(*epsilon); cols])?;
                kernels.sign_step(&g, &x, &g, &steps, lo, hi, rows, cols)?;
            }
            Norm::L2 | Norm::L1 => {
                if *norm == Norm::L2 {
                    kernels.l2_direction(&g, &g, *epsilon, rows, cols)?;
                } else {
                    kernels.l1_direction(&g, &g, *epsilon, rows, cols)?;
                }
                kernels.add_step(&g, &x, &g, lo, hi, rows * cols)?;
            }
        }
        let mut adversarial = g.to_vec();
        if bounds.len() > 1 {
            for (value, pair) in adversarial.iter_mut().zip(bounds.iter().cycle()) {
                let (lo, hi) = inward(*pair);
                *value = value.clamp(lo, hi);
            }
        }
        Ok(adversarial)
    }
}

impl FgsmOptions {
    /// Fails unless the options fit a model of so many inputs, and the examples `x`.
    fn check(&self, x: &[f32], inputs: usize) -> Result<()> {
        let (action, value) = ("attack by fgsm", Code::Value);
        if !(0.0..f64::INFINITY).contains(&self.epsilon) {
            let with = format!("{action} with epsilon {}", shown(self.epsilon));
            return Err(input(value, with, "must be a finite number ≥ 0"));
        }
        let pairs = self.bounds.len();
        if pairs > 1 && pairs != inputs {
            let reason = format!("expected one pair of bounds or {inputs} of them, one a feature, got {pairs}");
            return Err(input(Code::Shape, action, reason));
        }
        for (i, &(lo, hi)) in self.bounds.iter().enumerate() {
            // NaN compares as nothing
            if lo.partial_cmp(&hi) != Some(Ordering::Less) {
                let feature = if pairs > 1 { format!(" of feature {i}") } else { String::new() };
                let within = format!("{action} within bounds {}, {}{feature}", shown(lo), shown(hi));
                return Err(input(value, within, "the first must be less"));
            }
        }
        for ((i, &number), &(lo, hi)) in x.iter().enumerate().zip(self.bounds.iter().cycle()) {
            let number = f64::from(number);
            if number < lo || number > hi {
                let place = format!("input {} of example {}", i % inputs, i / inputs);
                let bounds = format!("{}, {}", shown(lo), shown(hi));
                let reason = format!("{place} is {}, out of the bounds {bounds}", shown(number));
                return Err(input(value, action, reason));
            }
        }
        Ok(())
    }
}

/// Bounds rounded to float32, so that nothing between them is outside of the pair.
fn inward((lo, hi): (f64, f64)) -> (f32, f32) {
    (-below(-lo), below(hi))
}

/// The greatest float32 that is not above `value`.
fn below(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}
