// Products in double precision, for bounds that have to hold whatever rounds.

import { DoubleIn, DoubleOut, IntIn } from "./operands";

/** a * b + c in doubles, fused where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
function madd2(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f64>(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** out (2, rows): w p, and the magnitudes of w times q; w (rows, cols), x (2, cols) = p, q. */
export function doubleSpread(out: DoubleOut, w: DoubleIn, x: DoubleIn, rows: usize, cols: usize): void {
  const q = x + (cols << 3), even = cols >> 1 << 4;
  for (let r: usize = 0; r < rows; r += 2) {
    const v = w + r * (cols << 3);
    // the last row twice where their number is odd
    const u = r + 1 < rows ? v + (cols << 3) : v;
    let a = f64x2.splat(0), b = f64x2.splat(0), c = f64x2.splat(0), d = f64x2.splat(0);
    for (let j: usize = 0; j < even; j += 16) {
      const m = v128.load(x + j), s = v128.load(q + j), one = v128.load(v + j), two = v128.load(u + j);
      a = madd2(one, m, a);
      b = madd2(f64x2.abs(one), s, b);
      c = madd2(two, m, c);
      d = madd2(f64x2.abs(two), s, d);
    }
    let e = sum2(a), f = sum2(b), g = sum2(c), h = sum2(d);
    if (cols & 1) {
      const m = load<f64>(x + even), s = load<f64>(q + even), one = load<f64>(v + even), two = load<f64>(u + even);
      e += one * m;
      f += abs(one) * s;
      g += two * m;
      h += abs(two) * s;
    }
    const to = out + (r << 3);
    store<f64>(to, e);
    store<f64>(to + (rows << 3), f);
    if (u == v) continue;
    store<f64>(to, g, 8);
    store<f64>(to + (rows << 3), h, 8);
  }
}

/** out (m, 6 p) = a^T (k, m) times the rows of w at `indices` (k); w (p, rows, 6) in panels of six columns, m a multiple of 3. */
export function doubleGather(
  out: DoubleOut, a: DoubleIn, indices: IntIn, w: DoubleIn, m: usize, k: usize, p: usize, rows: usize,
): void {
  const end = indices + (k << 2), step = m << 3, stride = p * 48;
  for (let j: usize = 0; j < p; j++, w += rows * 48) {
    for (let i: usize = 0; i < m; i += 3) {
      let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0);
      let b0 = f64x2.splat(0), b1 = f64x2.splat(0), b2 = f64x2.splat(0);
      let c0 = f64x2.splat(0), c1 = f64x2.splat(0), c2 = f64x2.splat(0);
      let from = a + (i << 3);
      for (let at = indices; at < end; at += 4, from += step) {
        const row = w + <usize>load<u32>(at) * 48;
        const x = v128.load64_splat(from), y = v128.load64_splat(from, 8), z = v128.load64_splat(from, 16);
        let v = v128.load(row);
        a0 = madd2(x, v, a0); b0 = madd2(y, v, b0); c0 = madd2(z, v, c0);
        v = v128.load(row, 16);
        a1 = madd2(x, v, a1); b1 = madd2(y, v, b1); c1 = madd2(z, v, c1);
        v = v128.load(row, 32);
        a2 = madd2(x, v, a2); b2 = madd2(y, v, b2); c2 = madd2(z, v, c2);
      }
      let to = out + i * stride + j * 48;
      v128.store(to, a0); v128.store(to, a1, 16); v128.store(to, a2, 32);
      v128.store(to += stride, b0); v128.store(to, b1, 16); v128.store(to, b2, 32);
      v128.store(to += stride, c0); v128.store(to, c1, 16); v128.store(to, c2, 32);
    }
  }
}
