import { exp1, log1p1 } from "./math";

// @ts-ignore: decorator
@inline
function greatest(s: usize, cols: usize): f32 {
  let most: f32 = -Infinity;
  for (let c: usize = 0; c < cols; c++) most = max(most, load<f32>(s + (c << 2)));
  return most;
}

/** out = e^s / sum_c e^s, (rows, cols). out may be scores. */
export function softmaxForward(out: usize, scores: usize, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const most = greatest(scores, cols);
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e = exp1(load<f32>(scores + (c << 2)) - most);
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
  loss: usize, dScores: usize, scores: usize, labels: usize, scale: f32, rows: usize, cols: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    const most = greatest(scores, cols);
    const margin = most - load<f32>(scores + (y << 2));
    let rest: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e = exp1(load<f32>(scores + (c << 2)) - most);
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
export function softmaxDirection(dScores: usize, scores: usize, labels: usize, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const y: usize = load<u32>(labels + (r << 2));
    let most: f32 = -Infinity;
    for (let c: usize = 0; c < cols; c++) if (c != y) most = max(most, load<f32>(scores + (c << 2)));
    let sum: f32 = 0;
    for (let c: usize = 0; c < cols; c++) {
      const e: f32 = c == y ? 0 : exp1(load<f32>(scores + (c << 2)) - most);
      store<f32>(dScores + (c << 2), e);
      sum += e;
    }
    for (let c: usize = 0; c < cols; c++) store<f32>(dScores + (c << 2), load<f32>(dScores + (c << 2)) / sum);
    store<f32>(dScores + (y << 2), cols > 1 ? -1 : 0);
    dScores += cols << 2;
    scores += cols << 2;
  }
}
