/** Exponential, logarithm and the functions of probability theory in double precision, the same on every engine. @module */

const LN2_HIGH = 0.6931471803691238, LN2_LOW = 1.9082149292705877e-10;

/** eˣ, to within a few units of the last place. */
export function exp(x: number): number {
  if (x > 709.7) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = (x - k * LN2_HIGH) - k * LN2_LOW;
  // |r| ≤ 0.35: the series ends at 1e-18
  let term = 1, sum = 1;
  for (let n = 1; n < 18; n++) sum += term *= r / n;
  const half = Math.trunc(k / 2);
  return sum * 2 ** half * 2 ** (k - half);
}

/** The natural logarithm of x > 0, to within a few units of the last place. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  while (x >= 2 ** 64) [x, k] = [x / 2 ** 64, k + 64];
  while (x < 2 ** -64) [x, k] = [x * 2 ** 64, k - 64];
  while (x >= Math.SQRT2) [x, k] = [x / 2, k + 1];
  while (x < Math.SQRT1_2) [x, k] = [x * 2, k - 1];
  // log x = 2 artanh((x − 1) / (x + 1)), |s| ≤ 0.172
  const s = (x - 1) / (x + 1), s2 = s * s;
  let term = s, sum = 0;
  for (let n = 1; n < 26; n += 2, term *= s2) sum += term / n;
  return k * LN2_HIGH + (2 * sum + k * LN2_LOW);
}
