// Kernels of attacks: steps in L-infinity, L2 and L1, clipping, and the check of a size.
import { load4 } from "./math";
import { In, Out } from "./operands";
import { edge } from "./scratch";

/** The whole number 1, in memory as TINY of math.ts is. */
const ONE: usize = memory.data<i32>([1], 16);

/** fl(x + d), or its neighbour toward x where rounding would leave it farther than |d| from x; x where d is 0. `one`: 1s. */
// @ts-ignore: decorator
@inline
function addWithin(x: v128, d: v128, one: v128): v128 {
  const y = f32x4.add(x, d);
  // see: Knuth's TwoSum, x + d = y + error exactly
  const b = f32x4.sub(y, x);
  const error = f32x4.add(f32x4.sub(x, f32x4.sub(y, b)), f32x4.sub(d, b));
  // within where error and d agree in sign or there is none; error is NaN where y overflowed
  const within = f32x4.ge(v128.xor(error, signOf(d)), f32x4.splat(0));
  // one ulp toward x: the magnitude shrinks (bits - 1) if y and d agree in sign, else grows
  const ulp = v128.or(i32x4.shr_s(v128.xor(y, d), 31), one);
  // the sign of a zero x would be lost in y
  return v128.bitselect(x, i32x4.sub(y, v128.andnot(ulp, within)), f32x4.eq(d, f32x4.splat(0)));
}

/** The sign bits alone; by shifts, which need no constant. */
// @ts-ignore: decorator
@inline
function signOf(v: v128): v128 {
  return i32x4.shl(i32x4.shr_u(v, 31), 31);
}

/** sign(g) * epsilon; 0 where g is 0 or NaN. */
// @ts-ignore: decorator
@inline
function signed(g: v128, epsilon: v128): v128 {
  const some = v128.or(f32x4.gt(g, f32x4.splat(0)), f32x4.lt(g, f32x4.splat(0)));
  return v128.and(v128.or(epsilon, signOf(g)), some);
}

// @ts-ignore: decorator
@inline
function clip(y: v128, lo: v128, hi: v128): v128 {
  // the pseudo forms leave a zero its sign
  return f32x4.pmin(f32x4.pmax(y, lo), hi);
}

/**
 * out[b, i] = clip(x[b, i] + epsilon[i] sign(g[b, i]), lo, hi), never farther than epsilon[i] from x[b, i];
 * x and g (rows, cols), epsilon (cols). out may be x or g.
 */
export function signStep(
  out: Out, x: In, g: In, epsilon: In, lo: f32, hi: f32, rows: usize, cols: usize,
): void {
  const lower = f32x4.splat(lo), upper = f32x4.splat(hi), one = v128.load32_splat(ONE);
  const stride = cols << 2, whole = stride & ~15, end = rows * stride;
  for (let row: usize = 0; row < end; row += stride) {
    for (let i: usize = 0; i < whole; i += 16) {
      const at = row + i;
      const d = signed(v128.load(g + at), v128.load(epsilon + i));
      v128.store(out + at, clip(addWithin(v128.load(x + at), d, one), lower, upper));
    }
  }
  if (whole == stride) return;
  for (let at = whole; at < end; at += stride) {
    memory.copy(edge, x + at, stride - whole);
    memory.copy(edge + 16, g + at, stride - whole);
    memory.copy(edge + 32, epsilon + whole, stride - whole);
    signStep(edge, edge, edge + 16, edge + 32, lo, hi, 1, 4);
    memory.copy(out + at, edge, stride - whole);
  }
}

/**
 * x[b, i] = x[b, i] + epsilon[i] sign(g[b, i]), never farther than epsilon[i] from what it was, clipped to least[b, i] ...
 * greatest[b, i]; all (rows, cols), epsilon (cols).
 */
export function stepWithin(
  x: Out, g: In, epsilon: In, least: In, greatest: In, rows: usize, cols: usize,
): void {
  const one = v128.load32_splat(ONE);
  const stride = cols << 2, whole = stride & ~15, end = rows * stride;
  for (let row: usize = 0; row < end; row += stride) {
    for (let i: usize = 0; i < whole; i += 16) {
      const at = row + i;
      const y = addWithin(v128.load(x + at), signed(v128.load(g + at), v128.load(epsilon + i)), one);
      v128.store(x + at, clip(y, v128.load(least + at), v128.load(greatest + at)));
    }
  }
  if (whole == stride) return;
  for (let at = whole; at < end; at += stride) {
    memory.copy(edge, x + at, stride - whole);
    memory.copy(edge + 16, g + at, stride - whole);
    memory.copy(edge + 32, epsilon + whole, stride - whole);
    memory.copy(edge + 48, least + at, stride - whole);
    memory.copy(edge + 64, greatest + at, stride - whole);
    stepWithin(edge, edge + 16, edge + 32, edge + 48, edge + 64, 1, 4);
    memory.copy(x + at, edge, stride - whole);
  }
}

/** out = clip(x + d, lo, hi), never farther than |d| from x, (n). out may be x or d. */
export function addStep(out: Out, x: In, d: In, lo: f32, hi: f32, n: usize): void {
  const lower = f32x4.splat(lo), upper = f32x4.splat(hi), one = v128.load32_splat(ONE);
  const end = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    v128.store(out + at, clip(addWithin(v128.load(x + at), v128.load(d + at), one), lower, upper));
  }
  if (at == end) return;
  memory.copy(edge, x + at, end - at);
  memory.copy(edge + 16, d + at, end - at);
  addStep(edge, edge, edge + 16, lo, hi, 4);
  memory.copy(out + at, edge, end - at);
}

/** Ones in the lanes of v that are farther than `size` from o, or beyond `lower` or `upper`; NaN is. */
// @ts-ignore: decorator
@inline
function beyond(v: v128, o: v128, size: v128, lower: v128, upper: v128): v128 {
  // Knuth's TwoSum, v - o = d + error exactly
  const d = f32x4.sub(v, o), b = f32x4.sub(d, v);
  const error = f32x4.sub(f32x4.sub(v, f32x4.sub(d, b)), f32x4.add(o, b));
  const far = f32x4.abs(d);
  // at the very size, the error tells whether the difference is more
  const more = f32x4.gt(v128.xor(error, signOf(d)), f32x4.splat(0));
  const near = v128.andnot(f32x4.le(far, size), v128.and(f32x4.eq(far, size), more));
  return v128.not(v128.and(near, v128.and(f32x4.ge(v, lower), f32x4.le(v, upper))));
}

/** How many of the n numbers x are farther than size >= 0 from own, or beyond lo or hi, to the last bit; NaN is. */
export function countBeyond(x: In, own: In, size: f32, lo: f32, hi: f32, n: usize): i32 {
  const most = f32x4.splat(size), lower = f32x4.splat(lo), upper = f32x4.splat(hi);
  let counts = i32x4.splat(0), i: usize = 0;
  for (; i + 4 <= n; i += 4) {
    const at = i << 2;
    counts = i32x4.sub(counts, beyond(v128.load(x + at), v128.load(own + at), most, lower, upper));
  }
  if (i < n) {
    const at = i << 2, left = n - i;
    const bad = beyond(load4(x + at, left), load4(own + at, left), most, lower, upper);
    // lanes beyond the end do not count
    counts = i32x4.sub(counts, v128.and(bad, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>left))));
  }
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3);
}

/** x[i] = own[i] where it is NaN, else clipped to least[i] ... greatest[i]; a zero that fits keeps its sign. All (n). */
export function clampWithin(x: Out, own: In, least: In, greatest: In, n: usize): void {
  const end = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const v = v128.load(x + at);
    const number = v128.bitselect(v, v128.load(own + at), f32x4.eq(v, v));
    v128.store(x + at, clip(number, v128.load(least + at), v128.load(greatest + at)));
  }
  if (at == end) return;
  memory.copy(edge, x + at, end - at);
  memory.copy(edge + 16, own + at, end - at);
  memory.copy(edge + 32, least + at, end - at);
  memory.copy(edge + 48, greatest + at, end - at);
  clampWithin(edge, edge + 16, edge + 32, edge + 48, 4);
  memory.copy(x + at, edge, end - at);
}

/** v toward 0 to float32, so that no sum of squares grows by rounding. */
// @ts-ignore: decorator
@inline
function shrink(v: f64): f32 {
  const y = <f32>v;
  return abs(<f64>y) > abs(v) ? reinterpret<f32>(reinterpret<i32>(y) - 1) : y;
}

/** d = epsilon g / ||g||_2 by row, 0 where g is 0 or not finite; g (rows, cols), epsilon in float64. d may be g. */
export function l2Direction(d: Out, g: In, epsilon: f64, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    let largest: f32 = 0;
    for (let i: usize = 0; i < cols; i++) largest = max(largest, abs(load<f32>(g + (i << 2))));
    let sum: f64 = 0;
    for (let i: usize = 0; i < cols; i++) {
      const value = <f64>load<f32>(g + (i << 2)) / largest;
      sum += value * value;
    }
    const some = largest > 0 && largest < Infinity;
    // a hair less than epsilon, for the rounding of the norm itself
    const factor = some ? epsilon * (1 - 1e-12) / Math.sqrt(sum) : 0;
    for (let i: usize = 0; i < cols; i++) {
      const value = some ? <f64>load<f32>(g + (i << 2)) / largest : 0;
      store<f32>(d + (i << 2), shrink(factor * value));
    }
    d += cols << 2;
    g += cols << 2;
  }
}

/** d = epsilon sign(g) at the first largest |g| of each row, else 0; g (rows, cols). d may be g. */
export function l1Direction(d: Out, g: In, epsilon: f64, rows: usize, cols: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    let at: usize = 0;
    let largest: f32 = 0, value: f32 = 0;
    for (let i: usize = 0; i < cols; i++) {
      const v = load<f32>(g + (i << 2));
      if (abs(v) > largest) {
        largest = abs(v);
        value = v;
        at = i;
      }
    }
    memory.fill(d, 0, cols << 2);
    if (largest > 0) store<f32>(d + (at << 2), shrink(value > 0 ? epsilon : -epsilon));
    d += cols << 2;
    g += cols << 2;
  }
}
