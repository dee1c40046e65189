// A score is a log probability s = log p <= 0: each class for itself is present with p = e^s.

import { exp1, log1 } from "./math";
import { In, IntIn, Out } from "./operands";

/** 1 - p is taken as at least this: a score of 0 would have infinite loss under another label. */
const TINY: f32 = 1e-6;

// 1 - e^s without cancellation: by its series where s is small
// @ts-ignore: decorator
@inline
function complement(s: f32): f32 {
  const q = -s;
  const near = q * (1 - q * (0.5 - q * (<f32>(1.0 / 6.0) - q * <f32>(1.0 / 24.0))));
  return max(q < 0.03125 ? near : 1 - exp1(s), TINY);
}

/** out = e^s, (n). out may be scores. */
export function exponentialForward(out: Out, scores: In, n: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(out + (i << 2), exp1(min<f32>(load<f32>(scores + (i << 2)), 0)));
}

/**
 * loss[r] = -s_y - sum_{c != y} log(1 - e^s_c), the binary cross-entropy of each class for itself;
 * dScores = scale (c = y ? -1 : e^s / (1 - e^s)); scores (rows, cols) <= 0. dScores may be scores.
 * Never vanishes, so it serves as the direction of an attack too.
 */
export function exponentialLoss(
  loss: Out, dScores: Out, scores: In, labels: IntIn, scale: f32, rows: usize, cols: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const s = load<f32>(scores + (c << 2));
      if (c == y) {
        sum -= s;
        store<f32>(dScores + (c << 2), -scale);
      } else {
        const rest = complement(s);
        sum -= log1(rest);
        store<f32>(dScores + (c << 2), scale * (exp1(s) / rest));
      }
    }
    store<f32>(loss + (r << 2), sum);
    dScores += cols << 2;
    scores += cols << 2;
  }
}
