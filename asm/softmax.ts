// Kernels of the softmax: forward, loss, and the direction of its gradient.
import { exp1, log1p1 } from "./math";
import { In, IntIn, Out } from "./operands";

// @ts-ignore: decorator
@inline
function largest(s: usize, cols: usize): f32 {
  let highest: f32 = -Infinity;
  for (let c: usize = 0; c < cols; c++) highest = max(highest, load<f32>(s + (c << 2)));
  return highest;
}

/** out = e^s / sum_c e^s, (rows, cols). out may be scores. */
export function softmaxForward(out: Out, scores: In, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const highest = largest(scores, cols);
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e = exp1(load<f32>(scores + (c << 2)) - highest);
      store<f32>(out + (c << 2), e);
      sum += e;
    }
    for (let c: usize = 0; c < cols; c++) store<f32>(out + (c << 2), load<f32>(out + (c << 2)) / sum);
    out += cols << 2;
    scores += cols << 2;
  }
}

/** loss[r] = -log p_y, dScores = scale (p - [c = y]), p the softmax of scores (rows, cols). dScores may be scores. */
export function softmaxLoss(
  loss: Out, dScores: Out, scores: In, labels: IntIn, scale: f32, rows: usize, cols: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    const highest = largest(scores, cols);
    const margin = highest - load<f32>(scores + (y << 2));
    let rest: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e = exp1(load<f32>(scores + (c << 2)) - highest);
      store<f32>(dScores + (c << 2), e);
      if (c != y) rest += e;
    }
    const own = load<f32>(dScores + (y << 2));
    const sum = rest + own;
    for (let c: usize = 0; c < cols; c++) {
      store<f32>(dScores + (c << 2), scale * (load<f32>(dScores + (c << 2)) / sum));
    }
    // p_y - 1 = -sum_{c != y} p_c and -log p_y = log1p(rest / own): nothing cancels where p_y is nearly 1
    store<f32>(dScores + (y << 2), scale * (-rest / sum));
    store<f32>(loss + (r << 2), margin > 0 ? margin + log1p1(sum - 1) : log1p1(rest));
    dScores += cols << 2;
    scores += cols << 2;
  }
}

/** dScores = (p - [c = y]) / (1 - p_y), 0 for one class: the loss's gradient, scaled so that no rounding makes it vanish. */
export function softmaxDirection(dScores: Out, scores: In, labels: IntIn, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    let highest: f32 = -Infinity;
    for (let c: usize = 0; c < cols; c++) if (c != y) highest = max(highest, load<f32>(scores + (c << 2)));
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e: f32 = c == y ? 0 : exp1(load<f32>(scores + (c << 2)) - highest);
      store<f32>(dScores + (c << 2), e);
      sum += e;
    }
    for (let c: usize = 0; c < cols; c++) store<f32>(dScores + (c << 2), load<f32>(dScores + (c << 2)) / sum);
    store<f32>(dScores + (y << 2), cols > 1 ? -1 : 0);
    dScores += cols << 2;
    scores += cols << 2;
  }
}
