/**
 * Angles up to a half turn, by the tangent of half of them, which tells small ones apart where the cosine does not. Sines
 * by their series: those of `Math` differ between engines.
 */

import { norm } from "./vectors.ts";

/** tan(angle / 2), infinite from a half turn on. */
export function halfTangent(angle: number): number {
  return angle >= Math.PI ? Infinity : sine(angle) / (1 + cosine(angle));
}

/** The same of the angle between two vectors that are not 0. */
export function halfTangentBetween(a: Float64Array, b: Float64Array): number {
  const p = 1 / norm(a), q = 1 / norm(b);
  let apart = 0, together = 0;
  for (let i = 0; i < a.length; i++) {
    const u = a[i] * p, v = b[i] * q;
    apart += (u - v) * (u - v);
    together += (u + v) * (u + v);
  }
  return Math.sqrt(apart / together);
}

/** sin of an angle of at most a half turn. */
export function sine(angle: number): number {
  return series(angle, angle, 1);
}

/** cos of an angle of at most a half turn. */
export function cosine(angle: number): number {
  return series(angle, 1, 0);
}

/** first − first·a²/((k + 1)(k + 2)) + …, to the last bit that counts. */
function series(angle: number, first: number, power: number): number {
  let sum = 0, term = first;
  for (let k = power; Math.abs(term) > 1e-18 * Math.abs(first); k += 2) {
    sum += term;
    term *= -angle * angle / ((k + 1) * (k + 2));
  }
  return sum;
}
