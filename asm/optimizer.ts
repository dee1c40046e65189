// Kernels of optimizers: SGD with momentum, Adam, weight decay and limits on row norms.
import { flush4, lanes, madd } from "./math";
import { In, IntIn, Out } from "./operands";
import { edge } from "./scratch";
import { gatherRows } from "./sparse";

/** g + l1 sign(p) + weightDecay p: the gradient with the weight decay's, l1 ||p||_1 + weightDecay / 2 ||p||_2^2. */
// @ts-ignore: decorator
@inline
function decayed(g: v128, p: v128, l1: f32, weightDecay: f32): v128 {
  const sign = v128.or(v128.and(p, i32x4.splat(0x80000000)), f32x4.splat(l1));
  const some = f32x4.ne(p, f32x4.splat(0));
  return f32x4.add(f32x4.add(g, v128.and(sign, some)), f32x4.mul(p, f32x4.splat(weightDecay)));
}

/** v = momentum v - learningRate (g + decay), p = p + v, (n). See decayed for l1 and weightDecay. */
export function sgdStep(
  p: Out, v: Out, g: In, learningRate: f32, momentum: f32, l1: f32, weightDecay: f32, n: usize,
): void {
  sgdStepSquares(p, v, g, learningRate, momentum, l1, weightDecay, n);
}

/** The same; returns what squares gives for p after it. */
function sgdStepSquares(
  p: usize, v: usize, g: usize, learningRate: f32, momentum: f32, l1: f32, weightDecay: f32, n: usize,
): f32 {
  const m = f32x4.splat(momentum), negative = f32x4.splat(-learningRate);
  const decays = l1 != 0 || weightDecay != 0;
  const end = n << 2;
  let sums = f32x4.splat(0), at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const value = v128.load(p + at);
    let gradient = v128.load(g + at);
    if (decays) gradient = decayed(gradient, value, l1, weightDecay);
    const speed = flush4(f32x4.add(f32x4.mul(m, v128.load(v + at)), f32x4.mul(negative, gradient)));
    const after = flush4(f32x4.add(value, speed));
    v128.store(v + at, speed);
    v128.store(p + at, after);
    sums = madd(after, after, sums);
  }
  if (at < end) {
    memory.copy(edge, p + at, end - at);
    memory.copy(edge + 16, v + at, end - at);
    memory.copy(edge + 32, g + at, end - at);
    sgdStepSquares(edge, edge + 16, edge + 32, learningRate, momentum, l1, weightDecay, 4);
    memory.copy(p + at, edge, end - at);
    memory.copy(v + at, edge + 16, end - at);
  }
  return withTail(sums, p, n);
}

/**
 * m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
 * p -= learningRate (m / correction1) / (sqrt(v / correction2) + guard), (n),
 * where correction1 = 1 - beta1^t and correction2 = 1 - beta2^t.
 * see: Kingma and Ba 2015, Algorithm 1
 */
export function adamStep(
  p: Out, m: Out, v: Out, g: In,
  learningRate: f32, beta1: f32, beta2: f32, correction1: f32, correction2: f32, guard: f32,
  l1: f32, weightDecay: f32, n: usize,
): void {
  const end = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const value = v128.load(p + at);
    const gradient = decayed(v128.load(g + at), value, l1, weightDecay);
    const m0 = v128.load(m + at), v0 = v128.load(v + at);
    const m1 = flush4(f32x4.add(f32x4.mul(f32x4.splat(beta1), m0), f32x4.mul(f32x4.splat(1 - beta1), gradient)));
    const v1 = flush4(
      f32x4.add(f32x4.mul(f32x4.splat(beta2), v0), f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(gradient, gradient))),
    );
    const root = f32x4.sqrt(f32x4.div(v1, f32x4.splat(correction2)));
    const step = f32x4.div(
      f32x4.mul(f32x4.splat(learningRate), f32x4.div(m1, f32x4.splat(correction1))),
      f32x4.add(root, f32x4.splat(guard)),
    );
    const after = flush4(f32x4.sub(value, step));
    v128.store(m + at, m1);
    v128.store(v + at, v1);
    v128.store(p + at, after);
  }
  if (at == end) return;
  memory.copy(edge, p + at, end - at);
  memory.copy(edge + 16, m + at, end - at);
  memory.copy(edge + 32, v + at, end - at);
  memory.copy(edge + 48, g + at, end - at);
  adamStep(
    edge, edge + 16, edge + 32, edge + 48,
    learningRate, beta1, beta2, correction1, correction2, guard, l1, weightDecay, 4,
  );
  memory.copy(p + at, edge, end - at);
  memory.copy(m + at, edge + 16, end - at);
  memory.copy(v + at, edge + 32, end - at);
}

/** The sum of squares of which `sums` holds those of whole vectors: with the rest of the n floats at p. */
function withTail(sums: v128, p: usize, n: usize): f32 {
  let sum = lanes(sums);
  for (let i = n & ~3; i < n; i++) sum += load<f32>(p + (i << 2)) * load<f32>(p + (i << 2));
  return sum;
}

/** Each row of w (rows, cols) scaled down to Euclidean norm `maxNorm` where it is longer. */
export function limitRowNorms(w: Out, maxNorm: f32, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++, w += cols << 2) {
    let sums = f32x4.splat(0);
    for (let i: usize = 0; i + 4 <= cols; i += 4) {
      const value = v128.load(w + (i << 2));
      sums = madd(value, value, sums);
    }
    limit(w, withTail(sums, w, cols), maxNorm, cols);
  }
}

/** The n floats at w, whose squares have this sum, scaled down to Euclidean norm `maxNorm` if it is more. */
function limit(w: usize, sum: f32, maxNorm: f32, n: usize): void {
  if (sum <= maxNorm * maxNorm) return;
  // NaN where the sum overflowed: a row of zeros would hide that training diverges
  const factor: f32 = sum < Infinity ? maxNorm / sqrt(sum) : NaN;
  const all = f32x4.splat(factor), end = w + (n << 2);
  for (; w + 16 <= end; w += 16) v128.store(w, f32x4.mul(v128.load(w), all));
  for (; w < end; w += 4) store<f32>(w, load<f32>(w) * factor);
}

/**
 * sgdStep on each row of p (rows, cols) in turn, then limitRowNorms on it where maxNorm > 0, with the gradient made a
 * row at a time in `row` (cols): what gatherRows gives for the lists (rows, capacity) and x (height, cols), added to g's row
 * (rows, cols) where `onto` is not 0. The gradient is never written out, and each row is in cache for all of it.
 */
export function sgdGather(
  p: Out, v: Out, row: Out, g: In, indices: IntIn, values: In, counts: IntIn, x: In, onto: i32,
  learningRate: f32, momentum: f32, l1: f32, weightDecay: f32, maxNorm: f32,
  rows: usize, cols: usize, height: usize, capacity: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const at = (r * cols) << 2, list = (r * capacity) << 2;
    if (onto) memory.copy(row, g + at, cols << 2);
    gatherRows(row, indices + list, values + list, counts + (r << 2), x, onto, 1, cols, height, capacity);
    const sum = sgdStepSquares(p + at, v + at, row, learningRate, momentum, l1, weightDecay, cols);
    if (maxNorm > 0) limit(p + at, sum, maxNorm, cols);
  }
}
