// Kernels on single elements, biases and column sums: exp, log, products, softplus.
import { exp4, flush4, load4, log4, softplus4, store4 } from "./math";
import { In, Out } from "./operands";

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
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    store4(out + at, flush4(f32x4.mul(load4(a + at, n - i), load4(b + at, n - i))), n - i);
  }
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
