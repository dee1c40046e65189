// Kernels of independent sigmoid probabilities: forward, loss, and the direction of its gradient.
import { exp1, softplus1 } from "./math";
import { In, IntIn, Out } from "./operands";

// sigmoid(s) = e^(s - softplus(s)), accurate in both tails
// @ts-ignore: decorator
@inline
function sigmoid(s: f32): f32 {
  const e = exp1(-abs(s));
  return s >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** out = 1 / (1 + e^-s), (n). out may be scores. */
export function sigmoidForward(out: Out, scores: In, n: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(out + (i << 2), sigmoid(load<f32>(scores + (i << 2))));
}

/**
 * loss[r] = sum_c softplus(c = y ? -s : s), the binary cross-entropy of each class for itself;
 * dScores = scale (sigmoid(s) - [c = y]); scores (rows, cols). dScores may be scores.
 */
export function sigmoidLoss(
  loss: Out, dScores: Out, scores: In, labels: IntIn, scale: f32, rows: usize, cols: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      // the loss is softplus(z), its slope sigmoid(z), with z the score turned so that it should be negative
      const s = load<f32>(scores + (c << 2));
      const z = c == y ? -s : s;
      sum += softplus1(z);
      const slope = scale * sigmoid(z);
      store<f32>(dScores + (c << 2), c == y ? -slope : slope);
    }
    store<f32>(loss + (r << 2), sum);
    dScores += cols << 2;
    scores += cols << 2;
  }
}

/** The same gradient with each row divided by its largest magnitude, so that no underflow can make it vanish. */
export function sigmoidDirection(dScores: Out, scores: In, labels: IntIn, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    let highest: f32 = -Infinity;
    for (let c: usize = 0; c < cols; c++) {
      const s = load<f32>(scores + (c << 2));
      highest = max(highest, -softplus1(c == y ? s : -s));
    }
    for (let c: usize = 0; c < cols; c++) {
      // log sigmoid(z) = -softplus(-z)
      const s = load<f32>(scores + (c << 2));
      const slope = exp1(-softplus1(c == y ? s : -s) - highest);
      store<f32>(dScores + (c << 2), c == y ? -slope : slope);
    }
    dScores += cols << 2;
    scores += cols << 2;
  }
}
