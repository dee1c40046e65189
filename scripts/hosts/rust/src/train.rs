//! Training of softmax regression.

use crate::errors::{Code, Result, input};
use crate::model::Model;
use crate::stream::Stream;

/// The library's recipe; no row of the weights gets longer than the last.
const BATCH_SIZE: usize = 100;
const LEARNING_RATE: f32 = 0.1;
const MOMENTUM: f32 = 0.5;
const MAX_NORM: f32 = 1.9365;

impl Model {
    /// Trains a softmax regression in place, for so many epochs; gives the mean loss of the last.
    pub fn train(&mut self, x: &[f32], labels: &[i32], epochs: u64, seed: u64) -> Result<f64> {
        if !self.is_linear() {
            return Err(input(Code::Host, "train this model", "it is not a softmax regression"));
        }
        self.check_examples("train", x, labels)?;
        if labels.is_empty() {
            return Err(input(Code::Value, "train", "there are no examples"));
        }
        if epochs == 0 {
            return Err(input(Code::Value, "train with epochs 0", "must be a whole number ≥ 1"));
        }
        let (inputs, classes, kernels) = (self.inputs, self.classes, &self.kernels);
        let (weights, bias) = (&self.top.weights, &self.top.bias);
        let (dw, db) = (kernels.room(classes, inputs)?, kernels.room(1, classes)?);
        let vw = kernels.floats(classes, inputs, &vec![0.0; classes * inputs])?;
        let vb = kernels.floats(1, classes, &vec![0.0; classes])?;

        let mut sum = 0.0;
        for epoch in 0..epochs {
            sum = 0.0;
            let order = Stream::new(kernels, seed)?.named("order")?.part(epoch)?.permutation(labels.len())?;
            for places in order.chunks(BATCH_SIZE) {
                let n = places.len();
                let rows: Vec<f32> = places.iter().flat_map(|i| &x[i * inputs..(i + 1) * inputs]).copied().collect();
                let own: Vec<i32> = places.iter().map(|&i| labels[i]).collect();
                let (rows, own) = (kernels.floats(n, inputs, &rows)?, kernels.ints(n, 1, &own)?);
                let (scores, loss) = (self.forward(&rows)?, kernels.room(n, 1)?);
                kernels.softmax_loss(&loss, &scores, &scores, &own, (1.0 / n as f64) as f32, n, classes)?;
                kernels.gemm_tn(&dw, &scores, &rows, 0, classes, inputs, n)?;
                kernels.column_sums(&db, &scores, 0, n, classes)?;

                kernels.sgd_step(weights, &vw, &dw, LEARNING_RATE, MOMENTUM, 0.0, 0.0, classes * inputs)?;
                kernels.limit_row_norms(weights, MAX_NORM, classes, inputs)?;
                kernels.sgd_step(bias, &vb, &db, LEARNING_RATE, MOMENTUM, 0.0, 0.0, classes)?;
                sum += loss.to_vec().into_iter().map(f64::from).sum::<f64>();
            }
            if !sum.is_finite() {
                let reason = "training diverged, the loss is not finite; lower the learning rate";
                return Err(input(Code::Diverged, format!("train beyond epoch {}", epoch + 1), reason));
            }
        }
        Ok(sum / labels.len() as f64)
    }

    /// Copies of the last layer's weights, (C, D), and biases, (C).
    pub fn parameters(&self) -> (Vec<f32>, Vec<f32>) {
        (self.top.weights.to_vec(), self.top.bias.to_vec())
    }
}
