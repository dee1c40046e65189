// A generator that is a pure function of (key, counter): any part of a stream can be made at any time, in any order.
// Keys are whole numbers below 2^53, so that they fit a float64.

import { log4, store4 } from "./math";
import { Out } from "./operands";

/** see: Steele, Lea, Flood 2014, SplitMix64: the counter-th output of the generator seeded with key. */
// @ts-ignore: decorator
@inline
function bits(key: u64, counter: u64): u64 {
  let z = key * 0xd1342543de82ef95 + (counter + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** A new key from a key and a part, a whole number below 2^53. */
export function randomKey(key: f64, part: f64): f64 {
  return <f64>(bits(bits(<u64>key, <u64>part), 0x6b6579) >> 11);
}

/** The counter-th number of the stream: uniform in [0, 1), a multiple of 2^-53. */
export function randomNumber(key: f64, counter: f64): f64 {
  return <f64>(bits(<u64>key, <u64>counter) >> 11) * 1.1102230246251565e-16;
}

/** out[i] = lo + (hi - lo) u, u uniform in [0, 1) with 24 bits, two to a counter, (n). */
export function randomUniform(out: Out, lo: f32, hi: f32, key: f64, counter: f64, n: usize): void {
  const k = <u64>key, c = <u64>counter;
  const range = hi - lo;
  for (let i: usize = 0; i < n; i += 2) {
    const z = bits(k, c + (i >> 1));
    store<f32>(out + (i << 2), lo + range * (<f32>(<u32>(z >> 40)) * 5.9604644775390625e-8));
    if (i + 1 < n) {
      store<f32>(out + (i << 2), lo + range * (<f32>(<u32>(z >> 8) & 0xffffff) * 5.9604644775390625e-8), 4);
    }
  }
}

/** The inverse of the normal distribution at 4 points, each given as a sign bit and 31 bits for the tail. */
// @ts-ignore: decorator
@inline
function normal4(word: v128): v128 {
  // the tail probability t in (0, 1/2): t = (31 bits + 1/2) 2^-32
  const tail = v128.and(word, i32x4.splat(0x7fffffff));
  const t = f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(tail), f32x4.splat(0.5)), f32x4.splat(2.3283064365386963e-10));
  // see: Giles 2010, "Approximating the erfinv function": erfinv(1 - 2 t) with w = -log(4 t (1 - t))
  const one = f32x4.splat(1);
  const w = f32x4.neg(log4(f32x4.mul(f32x4.mul(t, f32x4.splat(4)), f32x4.sub(one, t))));
  const a = f32x4.sub(w, f32x4.splat(2.5));
  let p = f32x4.splat(2.81022636e-8);
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(3.43273939e-7));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(-3.5233877e-6));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(-4.39150654e-6));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(0.00021858087));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(-0.00125372503));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(-0.00417768164));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(0.246640727));
  p = f32x4.add(f32x4.mul(p, a), f32x4.splat(1.50140941));
  const b = f32x4.sub(f32x4.sqrt(f32x4.max(w, f32x4.splat(0))), f32x4.splat(3));
  // fitted anew: Giles's polynomial ends at w = 16, and here w reaches 21.5
  let q = f32x4.splat(3.63207282e-5);
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(-0.000146321391));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(-3.77773542e-5));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(0.00128662969));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(-0.003550951));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(0.00576578959));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(-0.00765821106));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(0.00943446219));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(1.00167676));
  q = f32x4.add(f32x4.mul(q, b), f32x4.splat(2.83297706));
  const poly = v128.bitselect(p, q, f32x4.lt(w, f32x4.splat(5)));
  const x = f32x4.mul(poly, f32x4.sub(one, f32x4.add(t, t)));
  const y = f32x4.mul(x, f32x4.splat(1.41421356));
  return v128.xor(y, v128.and(word, i32x4.splat(0x80000000)));
}

/** out[i] = mean + std z, z standard normal, two to a counter, (n). */
export function randomNormal(out: Out, mean: f32, std: f32, key: f64, counter: f64, n: usize): void {
  const k = <u64>key;
  let c = <u64>counter;
  for (let i: usize = 0; i < n; i += 4, c += 2) {
    const word = i64x2.replace_lane(i64x2.splat(bits(k, c)), 1, bits(k, c + 1));
    const z = f32x4.add(f32x4.mul(normal4(word), f32x4.splat(std)), f32x4.splat(mean));
    store<f32>(out + (i << 2), f32x4.extract_lane(z, 0));
    if (i + 1 < n) store<f32>(out + (i << 2), f32x4.extract_lane(z, 1), 4);
    if (i + 2 < n) store<f32>(out + (i << 2), f32x4.extract_lane(z, 2), 8);
    if (i + 3 < n) store<f32>(out + (i << 2), f32x4.extract_lane(z, 3), 12);
  }
}

/** out[i] = scale with probability keep, else 0, four to a counter with 16 bits each, (n): a dropout mask. */
export function randomMask(out: Out, keep: f32, scale: f32, key: f64, counter: f64, n: usize): void {
  const k = <u64>key;
  let c = <u64>counter;
  // 16-bit numbers below this are kept; all of them where it is 2^16
  const below = <i32>nearest(keep * 65536);
  const limit = i32x4.splat(below), value = f32x4.splat(scale);
  for (let i: usize = 0; i < n; i += 8, c += 2) {
    const word = i64x2.replace_lane(i64x2.splat(bits(k, c)), 1, bits(k, c + 1));
    const at = out + (i << 2);
    store4(at, v128.and(value, i32x4.lt_s(i32x4.extend_low_i16x8_u(word), limit)), n - i);
    if (i + 4 < n) store4(at + 16, v128.and(value, i32x4.lt_s(i32x4.extend_high_i16x8_u(word), limit)), n - i - 4);
  }
}

/** out[i] = epsilon or -epsilon with equal probability, 64 to a counter, (n). */
export function randomSigns(out: Out, epsilon: f32, key: f64, counter: f64, n: usize): void {
  const k = <u64>key, c = <u64>counter;
  for (let i: usize = 0; i < n; i += 64) {
    let z = bits(k, c + (i >> 6));
    for (let j: usize = i; j < min(i + 64, n); j++, z >>= 1) store<f32>(out + (j << 2), z & 1 ? epsilon : -epsilon);
  }
}
