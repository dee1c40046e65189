/** The kernels of asm/random.ts again. Whole numbers modulo 2^64, one step at a time. @module */

import type { Numbers } from "./numbers.ts";

const { exp: e, sqrt } = Math;

const wrap = (z: bigint) => BigInt.asUintN(64, z);

function splitMix(key: bigint, counter: bigint): bigint {
  let z = wrap(key * 0xd1342543de82ef95n + (counter + 1n) * 0x9e3779b97f4a7c15n);
  z = wrap((z ^ z >> 30n) * 0xbf58476d1ce4e5b9n);
  z = wrap((z ^ z >> 27n) * 0x94d049bb133111ebn);
  return z ^ z >> 31n;
}

/** `each` bits at a time, the lowest of a word first, from the words of `key` at `counter` and after. */
function* pieces(key: number, counter: number, each: bigint): Generator<number> {
  for (let c = BigInt(counter);; c++) {
    const z = splitMix(BigInt(key), c);
    for (let shift = 0n; shift < 64n; shift += each) yield Number(BigInt.asUintN(Number(each), z >> shift));
  }
}

export function randomKey(key: number, part: number): number {
  return Number(splitMix(splitMix(BigInt(key), BigInt(part)), BigInt(0x6b6579)) >> 11n);
}

export function randomNumber(key: number, counter: number): number {
  return Number(splitMix(BigInt(key), BigInt(counter)) >> 11n) / 2 ** 53;
}

export function randomUniform(
  out: Numbers,
  lo: number,
  hi: number,
  key: number,
  counter: number,
  n: number,
): void {
  const { fround } = Math;
  for (let i = 0; i < n; i++) {
    const z = splitMix(BigInt(key), BigInt(counter) + BigInt(i >> 1));
    const u = Number(i % 2 === 0 ? z >> 40n : z >> 8n & 0xffffffn) / 2 ** 24;
    out[i] = fround(lo + fround(fround(hi - lo) * u));
  }
}

export function randomNormal(
  out: Numbers,
  mean: number,
  deviation: number,
  key: number,
  counter: number,
  n: number,
): void {
  const words = pieces(key, counter, 32n);
  for (let i = 0; i < n; i++) {
    const word = words.next().value;
    const z = upperQuantile((word % 2 ** 31 + 0.5) / 2 ** 32);
    out[i] = mean + deviation * (word < 2 ** 31 ? z : -z);
  }
}

export function randomMask(
  out: Numbers,
  keep: number,
  scale: number,
  key: number,
  counter: number,
  n: number,
): void {
  const words = pieces(key, counter, 16n);
  for (let i = 0; i < n; i++) out[i] = words.next().value < Math.round(keep * 65536) ? scale : 0;
}

export function randomSigns(out: Numbers, epsilon: number, key: number, counter: number, n: number): void {
  const words = pieces(key, counter, 1n);
  for (let i = 0; i < n; i++) out[i] = words.next().value === 1 ? epsilon : -epsilon;
}

/** The z ≥ 0 that a normal deviate exceeds with probability t ≤ 1/2. */
function upperQuantile(t: number): number {
  // the tail probability is convex and falls, so that Newton's method from the left never oversteps
  let z = 0;
  for (let step = 1; step > 1e-14;) {
    step = (upperTail(z) - t) / (e(-z * z / 2) / sqrt(2 * Math.PI));
    z += step;
  }
  return z;
}

/** The probability that a normal deviate exceeds z ≥ 0. */
function upperTail(z: number): number {
  const density = e(-z * z / 2) / sqrt(2 * Math.PI);
  if (z < 3) {
    // 1/2 less the series z + z³/3 + z⁵/(3·5) + …
    let sum = 0;
    for (let k = 1, term = z; term > 1e-18; k += 2, term *= z * z / k) sum += term;
    return 0.5 - density * sum;
  }
  // Laplace's continued fraction 1/(z + 1/(z + 2/(z + 3/(z + …
  let fraction = z;
  for (let k = 100; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}
