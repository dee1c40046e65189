/** Vectors of one example, in double: of one kind of array, which engines make fast. */

/** The Euclidean length of `v`. */
export function norm(v: Float64Array): number {
  return Math.sqrt(dot(v, v));
}

/** The inner product of `a` and `b`. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** What of `v` is orthogonal to `along`, which is not 0. */
export function across(v: Float64Array, along: Float64Array): Float64Array {
  const share = dot(v, along) / dot(along, along);
  const out = new Float64Array(v.length);
  for (let i = 0; i < out.length; i++) out[i] = v[i] - share * along[i];
  return out;
}
