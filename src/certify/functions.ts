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

/** Stirling's series of log Γ, B₂ₖ / (2k(2k − 1)). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** The logarithm of Γ(x), x > 0. */
export function logGamma(x: number): number {
  // the series is good from 10 on
  let shift = 0;
  for (; x < 10; x++) shift += log(x);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum / (x * x) + STIRLING[k];
  return (x - 0.5) * log(x) - x + 0.5 * log(2 * Math.PI) + sum / x - shift;
}

/** The probability that of `n` draws, each a success with probability `p` in (0, 1), `k` or more are. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  const term = (i: number) =>
    exp(
      logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1) + i * log(p) + (n - i) * log(1 - p),
    );
  // from the end of the tail where terms fall on; one side is summed, the shorter way
  if (k > n * p) {
    let t = term(k), sum = 0;
    for (let i = k; i <= n && t > sum * 1e-18; i++, t *= (n - i + 1) / i * p / (1 - p)) sum += t;
    return sum;
  }
  let t = term(k - 1), sum = 0;
  for (let i = k - 1; i >= 0 && t > sum * 1e-18; t *= i / (n - i + 1) * (1 - p) / p, i--) sum += t;
  return 1 - sum;
}

/**
 * The lower end of the one-sided Clopper–Pearson interval: with confidence 1 − `alpha`, a success of which `k` were seen in
 * `n` draws is no less probable than this.
 */
export function clopperPearson(k: number, n: number, alpha: number): number {
  if (k === 0) return 0;
  let [low, high] = [0, k / n];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (binomialTail(k, n, middle) < alpha) low = middle;
    else high = middle;
  }
  // what the sums above may be off by
  return low * (1 - 1e-9);
}

/** The standard normal distribution function, by its series about 0 (Abramowitz and Stegun 26.2.11). */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  if (z > 38) return x > 0 ? 1 : 0;
  let term = z, sum = 0;
  for (let n = 1; term > sum * 1e-17; n += 2) {
    sum += term;
    term *= z * z / (n + 2);
  }
  const half = exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * sum;
  return x > 0 ? 0.5 + half : 0.5 - half;
}

/** The x at which that function is `p`, for p in [½, 1), rounded down. */
export function normalQuantile(p: number): number {
  let [low, high] = [0, 9];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}
