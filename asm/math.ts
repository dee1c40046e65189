// Elementary functions of our own, so that every engine gives the same bits.

/** a * b + c, fused where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sum of a vector's lanes, (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
export function lanes(v: v128): f32 {
  const pair = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1);
}

/** Powers of two below this are denormal: results there are flushed to 0. */
const EXP_LEAST: f32 = -87.33654;
const EXP_MOST: f32 = 88.72283;

// Not inlined: a copy at each of its four uses took 1.1 KB and saved nothing that could be measured beside its arithmetic.

/** e^x in each lane, to 1 ulp: 0 below -87.33654, infinity above 88.72283, NaN for NaN. */
export function exp4(x: v128): v128 {
  // e^x = 2^n e^r with n the integer nearest x / ln 2, |r| <= ln 2 / 2
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  // ln 2 in two parts, so that n times the first is exact
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  // see: Cephes expf, e^r = 1 + r + r^2 q(r)
  let q = f32x4.splat(1.9875691500e-4);
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1.3981999507e-3));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(8.3334519073e-3));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(4.1665795894e-2));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1.6666665459e-1));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(5.0000001201e-1));
  q = f32x4.add(f32x4.add(f32x4.mul(q, f32x4.mul(r, r)), r), f32x4.splat(1));
  // 2^n as two factors, for n = 128 has no float32 of its own
  const i = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(i, 1);
  const one = i32x4.splat(127);
  const f = i32x4.shl(i32x4.add(half, one), 23);
  const g = i32x4.shl(i32x4.add(i32x4.sub(i, half), one), 23);
  let y = f32x4.mul(f32x4.mul(q, f), g);
  y = v128.bitselect(f32x4.splat(Infinity), y, f32x4.gt(x, f32x4.splat(EXP_MOST)));
  y = v128.andnot(y, f32x4.lt(x, f32x4.splat(EXP_LEAST)));
  return v128.bitselect(y, x, f32x4.eq(x, x));
}

/** The natural logarithm in each lane, to 1 ulp: -infinity at 0 and for denormals, NaN below. */
export function log4(x: v128): v128 {
  // x = 2^e m with m in [sqrt 1/2, sqrt 2)
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const e = i32x4.shr_s(shifted, 23);
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const n = f32x4.convert_i32x4_s(e);
  const f = f32x4.sub(m, f32x4.splat(1));
  // see: Cephes logf, log(1 + f) = f - f^2 / 2 + f^3 p(f)
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(3.3333331174e-1));
  const f2 = f32x4.mul(f, f);
  let y = f32x4.mul(f32x4.mul(p, f), f2);
  y = f32x4.add(y, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(f2, f32x4.splat(0.5)));
  y = f32x4.add(f32x4.add(f, y), f32x4.mul(n, f32x4.splat(0.693359375)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.lt(x, f32x4.splat(1.17549435e-38)));
  y = v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(x, f32x4.splat(0)));
  // infinity and NaN are their own logarithms
  return v128.bitselect(x, y, v128.not(f32x4.lt(x, f32x4.splat(Infinity))));
}

/** log(1 + x) in each lane, for x >= 0. */
export function log1p4(x: v128): v128 {
  // the rounding error of 1 + x, over 1 + x, is what the logarithm misses
  const u = f32x4.add(x, f32x4.splat(1));
  const error = f32x4.sub(x, f32x4.sub(u, f32x4.splat(1)));
  const y = f32x4.add(log4(u), f32x4.div(error, u));
  return v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(Infinity)));
}

/** log(1 + e^x) in each lane, to 2 ulp. */
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}

// One lane at a time, as calls: inlining these at every use would double the binary.

export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(f32x4.splat(x)), 0);
}

export function log1p1(x: f32): f32 {
  return f32x4.extract_lane(log1p4(f32x4.splat(x)), 0);
}

export function softplus1(x: f32): f32 {
  return f32x4.extract_lane(softplus4(f32x4.splat(x)), 0);
}

/** 1e-30, read from memory: as a constant it would be made anew, in three instructions, at each turn of a loop. */
const TINY: usize = memory.data<f32>([1e-30], 16);

/** `v`, or 0 where |v| < 1e-30: what decays must not become denormal, where arithmetic is 200 times slower. */
// @ts-ignore: decorator
@inline
export function flush4(v: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), v128.load32_splat(TINY)));
}

/** A vector of the `count` (1 to 3) floats at `p`, the rest 0. */
function loadTail(p: usize, count: usize): v128 {
  let v = v128.load32_zero(p);
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(p, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(p, 8));
  return v;
}

/** The first `count` (1 to 3) lanes of `v` to `p`. */
function storeTail(p: usize, v: v128, count: usize): void {
  store<f32>(p, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(p, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(p, f32x4.extract_lane(v, 2), 8);
}

// Tails go through the same code as whole vectors: a second copy of what is inlined would double the binary. A call in a loop
// keeps its vectors in memory, so where time counts tails are copied to a vector of their own instead, for another call.

/** The up to 4 floats at `p`, the rest 0, where `count` are left. */
// @ts-ignore: decorator
@inline
export function load4(p: usize, count: usize): v128 {
  return count >= 4 ? v128.load(p) : loadTail(p, count);
}

/** Up to 4 lanes of `v` to `p`, where `count` are left. */
// @ts-ignore: decorator
@inline
export function store4(p: usize, v: v128, count: usize): void {
  if (count >= 4) v128.store(p, v);
  else storeTail(p, v, count);
}
