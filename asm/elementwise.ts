// Kernels on single elements, biases and column sums: exp, log, products, softplus.
import { exp4, flush4, load4, log4, softplus4, store4 } from "./math";
import { In, Out } from "./operands";
import { edge } from "./scratch";

/** out = e^x, (n). out may be x. */
export function exp(out: Out, x: In, n: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    store4(out + at, exp4(load4(x + at, n - i)), n - i);
  }
}

/** out = log x, (n). out may be x. */
export function log(out: Out, x: In, n: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    store4(out + at, log4(load4(x + at, n - i)), n - i);
  }
}

/** out = log(1 + e^x), (n). out may be x. */
export function softplusForward(out: Out, x: In, n: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    store4(out + at, softplus4(load4(x + at, n - i)), n - i);
  }
}

// d softplus(x) / dx = sigmoid(x) = 1 - e^-softplus(x), by its series where the difference would cancel
// @ts-ignore: decorator
@inline
function softplusSlope(dY: v128, y: v128): v128 {
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, exp4(f32x4.neg(y)));
  let near = f32x4.sub(one, f32x4.mul(y, f32x4.splat(0.25)));
  near = f32x4.sub(one, f32x4.mul(f32x4.mul(y, f32x4.splat(<f32>(1.0 / 3.0))), near));
  near = f32x4.mul(y, f32x4.sub(one, f32x4.mul(f32x4.mul(y, f32x4.splat(0.5)), near)));
  return f32x4.mul(dY, v128.bitselect(near, far, f32x4.lt(y, f32x4.splat(0.03))));
}

/** dX = dY * (1 - e^-y) where y = log(1 + e^x), (n). dX may be dY. */
export function softplusBackward(dX: Out, dY: In, y: In, n: usize): void {
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    store4(dX + at, softplusSlope(load4(dY + at, n - i), load4(y + at, n - i)), n - i);
  }
}

/** out = a * b, (n), flushed where the product would be nearly denormal. out may be a or b. */
export function multiply(out: Out, a: In, b: In, n: usize): void {
  const end = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    v128.store(out + at, flush4(f32x4.mul(v128.load(a + at), v128.load(b + at))));
  }
  if (at == end) return;
  memory.copy(edge, a + at, end - at);
  memory.copy(edge + 16, b + at, end - at);
  multiply(edge, edge, edge + 16, 4);
  memory.copy(out + at, edge, end - at);
}

/**
 * out = x where x > 0, else slope x, (n), flushed where it would be nearly denormal; for slope 0 a zero or a number above 0 is
 * left as it is. out may be x.
 */
export function rectifierForward(out: Out, x: In, slope: f32, n: usize): void {
  if (slope != 0) return rectifierBackward(out, x, x, slope, n);
  // 0 x would be -0 where x < 0
  const end = n << 2, zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) v128.store(out + at, f32x4.pmax(v128.load(x + at), zero));
  if (at < end) store4(out + at, f32x4.pmax(load4(x + at, (end - at) >> 2), zero), (end - at) >> 2);
}

/** dX = dY where x > 0, else slope dY, (n), flushed likewise. dX may be dY or x. */
export function rectifierBackward(dX: Out, dY: In, x: In, slope: f32, n: usize): void {
  const s = f32x4.splat(slope), one = f32x4.splat(1), zero = f32x4.splat(0), end = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const factor = v128.bitselect(one, s, f32x4.gt(v128.load(x + at), zero));
    v128.store(dX + at, flush4(f32x4.mul(v128.load(dY + at), factor)));
  }
  if (at == end) return;
  memory.copy(edge, dY + at, end - at);
  memory.copy(edge + 16, x + at, end - at);
  rectifierBackward(edge, edge, edge + 16, slope, 4);
  memory.copy(dX + at, edge, end - at);
}

/** How many of the n numbers of x are not finite. */
export function countNotFinite(x: In, n: usize): i32 {
  const end = x + (n << 2);
  let bad = i32x4.splat(0);
  for (; x + 16 <= end; x += 16) bad = i32x4.sub(bad, notFinite(v128.load(x)));
  if (x < end) bad = i32x4.sub(bad, notFinite(load4(x, (end - x) >> 2)));
  return i32x4.extract_lane(bad, 0) + i32x4.extract_lane(bad, 1) + i32x4.extract_lane(bad, 2) +
    i32x4.extract_lane(bad, 3);
}

/** Ones in the lanes of v that are not finite: v - v is NaN there. */
// @ts-ignore: decorator
@inline
function notFinite(v: v128): v128 {
  return f32x4.ne(f32x4.sub(v, v), f32x4.splat(0));
}

/** out[r, c] += bias[c], out (rows, cols), bias (cols). */
export function addBias(out: Out, bias: In, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const row = out + ((r * cols) << 2);
    let c: usize = 0;
    for (; c + 4 <= cols; c += 4) {
      const at = c << 2;
      v128.store(row + at, f32x4.add(v128.load(row + at), v128.load(bias + at)));
    }
    for (; c < cols; c++) {
      const at = c << 2;
      store<f32>(row + at, load<f32>(row + at) + load<f32>(bias + at));
    }
  }
}

/** out[c] = sum_r x[r, c], or += it if accumulate; x (rows, cols). */
export function columnSums(out: Out, x: In, accumulate: i32, rows: usize, cols: usize): void {
  const stride = cols << 2;
  let c: usize = 0;
  for (; c + 4 <= cols; c += 4) {
    let sum = accumulate ? v128.load(out + (c << 2)) : f32x4.splat(0);
    let p = x + (c << 2);
    for (let r: usize = 0; r < rows; r++, p += stride) sum = f32x4.add(sum, v128.load(p));
    v128.store(out + (c << 2), sum);
  }
  for (; c < cols; c++) {
    let sum: f32 = accumulate ? load<f32>(out + (c << 2)) : 0;
    let p = x + (c << 2);
    for (let r: usize = 0; r < rows; r++, p += stride) sum += load<f32>(p);
    store<f32>(out + (c << 2), sum);
  }
}
