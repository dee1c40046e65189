/**
 * Every kernel again: double precision, the most obvious loops, the same name and arguments, arrays for addresses.
 *
 * @module
 */

/** What stands for an address. */
export type Numbers = Float64Array;

const { abs, exp: e, log1p, max, min, sign, sqrt } = Math;

// attack.ts

export function signStep(
  out: Numbers,
  x: Numbers,
  g: Numbers,
  epsilon: Numbers,
  lo: number,
  hi: number,
  rows: number,
  cols: number,
): void {
  for (let i = 0; i < rows * cols; i++) {
    out[i] = min(max(x[i] + epsilon[i % cols] * (Number.isNaN(g[i]) ? 0 : sign(g[i])), lo), hi);
  }
}

export function addStep(out: Numbers, x: Numbers, d: Numbers, lo: number, hi: number, n: number): void {
  for (let i = 0; i < n; i++) out[i] = min(max(x[i] + d[i], lo), hi);
}

export function l2Direction(d: Numbers, g: Numbers, epsilon: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += g[r * cols + c] ** 2;
    const some = sum > 0 && sum < Infinity;
    for (let c = 0; c < cols; c++) d[r * cols + c] = some ? epsilon * g[r * cols + c] / sqrt(sum) : 0;
  }
}

export function l1Direction(d: Numbers, g: Numbers, epsilon: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    let most = 0, at = -1;
    for (let i = r * cols; i < (r + 1) * cols; i++) {
      d[i] = 0;
      if (abs(g[i]) > most) [most, at] = [abs(g[i]), i];
    }
    if (at >= 0) d[at] = epsilon * sign(g[at]);
  }
}

// elementwise.ts

export function addBias(out: Numbers, bias: Numbers, rows: number, cols: number): void {
  for (let i = 0; i < rows * cols; i++) out[i] += bias[i % cols];
}

export function columnSums(out: Numbers, x: Numbers, accumulate: number, rows: number, cols: number): void {
  if (!accumulate) out.fill(0);
  for (let i = 0; i < rows * cols; i++) out[i % cols] += x[i];
}

export function exp(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = e(x[i]);
}

export function log(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.log(x[i]);
}

export function multiply(out: Numbers, a: Numbers, b: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] * b[i];
}

export function softplusForward(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = softplus(x[i]);
}

export function softplusBackward(dX: Numbers, dY: Numbers, y: Numbers, n: number): void {
  for (let i = 0; i < n; i++) dX[i] = dY[i] * -Math.expm1(-y[i]);
}

function softplus(x: number): number {
  return max(x, 0) + log1p(e(-abs(x)));
}

// exponential.ts

export function exponentialForward(out: Numbers, scores: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = e(min(scores[i], 0));
}

export function exponentialLoss(
  loss: Numbers,
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  scale: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    loss[r] = 0;
    for (let c = 0; c < cols; c++) {
      const i = r * cols + c;
      const rest = max(-Math.expm1(scores[i]), 1e-6);
      loss[r] -= c === labels[r] ? scores[i] : Math.log(rest);
      dScores[i] = scale * (c === labels[r] ? -1 : e(scores[i]) / rest);
    }
  }
}

// gemm.ts

export function gemmNN(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
      out[i * n + j] = sum;
    }
  }
}

export function gemmNT(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[j * k + l];
      out[i * n + j] = sum;
    }
  }
}

export function gemmTN(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[l * m + i] * b[l * n + j];
      out[i * n + j] = sum;
    }
  }
}

// maxout.ts

export function maxoutForward(
  h: Numbers,
  winner: Numbers,
  z: Numbers,
  rows: number,
  units: number,
  pieces: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let u = 0; u < units; u++) {
      const piece = (p: number) => z[(b * pieces + p) * units + u];
      let best = 0;
      for (let p = 1; p < pieces; p++) if (piece(p) > piece(best)) best = p;
      h[b * units + u] = piece(best);
      winner[b * units + u] = best;
    }
  }
}

export function maxoutBackward(
  dZ: Numbers,
  dH: Numbers,
  winner: Numbers,
  rows: number,
  units: number,
  pieces: number,
): void {
  dZ.fill(0);
  for (let b = 0; b < rows; b++) {
    for (let u = 0; u < units; u++) {
      dZ[(b * pieces + winner[b * units + u]) * units + u] = dH[b * units + u];
    }
  }
}

// sparse.ts

export function listNonZero(
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  x: Numbers,
  rows: number,
  cols: number,
): number {
  let total = 0;
  for (let r = 0; r < rows; r++) {
    counts[r] = 0;
    for (let c = 0; c < cols; c++) {
      if (x[r * cols + c] === 0) continue;
      indices[r * cols + counts[r]] = c;
      values[r * cols + counts[r]++] = x[r * cols + c];
      total++;
    }
  }
  return total;
}

export function listWinnersByRow(
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  dH: Numbers,
  winner: Numbers,
  rows: number,
  units: number,
): void {
  for (let r = 0; r < rows; r++) {
    counts[r] = 0;
    for (let u = 0; u < units; u++) {
      if (dH[r * units + u] === 0) continue;
      indices[r * units + counts[r]] = winner[r * units + u] * units + u;
      values[r * units + counts[r]++] = dH[r * units + u];
    }
  }
}

export function listWinnersByPiece(
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  dH: Numbers,
  winner: Numbers,
  rows: number,
  units: number,
  pieces: number,
): void {
  for (let n = 0; n < units * pieces; n++) {
    counts[n] = 0;
    for (let r = 0; r < rows; r++) {
      const at = r * units + n % units;
      if (winner[at] !== Math.floor(n / units) || dH[at] === 0) continue;
      indices[n * rows + counts[n]] = r;
      values[n * rows + counts[n]++] = dH[at];
    }
  }
}

export function gatherRows(
  out: Numbers,
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  m: Numbers,
  accumulate: number,
  rows: number,
  cols: number,
  _height: number,
  capacity: number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      let sum = accumulate ? out[r * cols + c] : 0;
      for (let i = 0; i < counts[r]; i++) {
        sum += values[r * capacity + i] * m[indices[r * capacity + i] * cols + c];
      }
      out[r * cols + c] = sum;
    }
  }
}

/** Where column `c` of row `r` lies in panels of 48 columns. */
function inPanels(r: number, c: number, { rows, cols }: { rows: number; cols: number }): number {
  const first = c - c % 48;
  return first * rows + r * Math.min(48, cols - first) + c - first;
}

export function gatherPanels(
  out: Numbers,
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  m: Numbers,
  accumulate: number,
  rows: number,
  cols: number,
  height: number,
  capacity: number,
): void {
  const plain = m.map((_, i) => m[inPanels(Math.floor(i / cols), i % cols, { rows: height, cols })]);
  gatherRows(out, indices, values, counts, plain, accumulate, rows, cols, height, capacity);
}

export function toPanels(out: Numbers, x: Numbers, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) out[inPanels(r, c, { rows, cols })] = x[r * cols + c];
  }
}

export function transposePanels(out: Numbers, x: Numbers, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) out[inPanels(c, r, { rows: cols, cols: rows })] = x[r * cols + c];
  }
}

// optimizer.ts

export function sgdStep(
  p: Numbers,
  v: Numbers,
  g: Numbers,
  rate: number,
  momentum: number,
  l1: number,
  l2: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    v[i] = momentum * v[i] - rate * (g[i] + l1 * sign(p[i]) + l2 * p[i]);
    p[i] += v[i];
  }
}

export function sgdGather(
  p: Numbers,
  v: Numbers,
  row: Numbers,
  g: Numbers,
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  x: Numbers,
  onto: number,
  rate: number,
  momentum: number,
  l1: number,
  l2: number,
  most: number,
  rows: number,
  cols: number,
  height: number,
  capacity: number,
): void {
  const gradient = g.slice();
  gatherRows(gradient, indices, values, counts, x, onto, rows, cols, height, capacity);
  sgdStep(p, v, gradient, rate, momentum, l1, l2, rows * cols);
  if (most > 0) limitRowNorms(p, most, rows, cols);
  row.set(gradient.subarray((rows - 1) * cols));
}

export function adamStep(
  p: Numbers,
  m: Numbers,
  v: Numbers,
  g: Numbers,
  rate: number,
  b1: number,
  b2: number,
  c1: number,
  c2: number,
  guard: number,
  l1: number,
  l2: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const gradient = g[i] + l1 * sign(p[i]) + l2 * p[i];
    m[i] = b1 * m[i] + (1 - b1) * gradient;
    v[i] = b2 * v[i] + (1 - b2) * gradient ** 2;
    p[i] -= rate * (m[i] / c1) / (sqrt(v[i] / c2) + guard);
  }
}

export function limitRowNorms(w: Numbers, most: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    const row = w.subarray(r * cols, (r + 1) * cols);
    const norm = Math.hypot(...row);
    if (norm > most) { for (let c = 0; c < cols; c++) row[c] *= most / norm; }
  }
}

// random.ts: whole numbers modulo 2^64, one step at a time

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

// rbf.ts

export function rbfForward(
  scores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  rows: number,
  classes: number,
  inputs: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        sum += beta[c * inputs + i] * (x[b * inputs + i] - mu[c * inputs + i]) ** 2;
      }
      scores[b * classes + c] = -sum;
    }
  }
}

export function rbfBackward(
  dX: Numbers,
  dScores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  rows: number,
  classes: number,
  inputs: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const at = c * inputs + i;
        sum += dScores[b * classes + c] * beta[at] * (x[b * inputs + i] - mu[at]);
      }
      dX[b * inputs + i] = -2 * sum;
    }
  }
}

export function rbfParameters(
  dMu: Numbers,
  dBeta: Numbers,
  dScores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  accumulate: number,
  rows: number,
  classes: number,
  inputs: number,
): void {
  if (!accumulate) [dMu, dBeta].forEach((d) => d.fill(0));
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < classes; c++) {
      for (let i = 0; i < inputs; i++) {
        const at = c * inputs + i, slope = dScores[b * classes + c], d = x[b * inputs + i] - mu[at];
        dMu[at] += 2 * slope * beta[at] * d;
        dBeta[at] -= slope * d ** 2;
      }
    }
  }
}

export function squaresForward(
  scores: Numbers,
  z: Numbers,
  rows: number,
  classes: number,
  rank: number,
): void {
  for (let i = 0; i < rows * classes * rank; i++) scores[Math.floor(i / rank)] -= z[i] ** 2;
}

export function squaresBackward(
  dZ: Numbers,
  dScores: Numbers,
  z: Numbers,
  rows: number,
  classes: number,
  rank: number,
): void {
  for (let i = 0; i < rows * classes * rank; i++) dZ[i] = -2 * dScores[Math.floor(i / rank)] * z[i];
}

// sigmoid.ts

export function sigmoidForward(out: Numbers, scores: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = 1 / (1 + e(-scores[i]));
}

export function sigmoidLoss(
  loss: Numbers,
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  scale: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    loss[r] = 0;
    for (let c = 0; c < cols; c++) {
      const i = r * cols + c, turn = c === labels[r] ? -1 : 1;
      loss[r] += softplus(turn * scores[i]);
      dScores[i] = scale * turn / (1 + e(-turn * scores[i]));
    }
  }
}

export function sigmoidDirection(
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const turn = (c: number) => c === labels[r] ? -1 : 1;
    const logSlope = (c: number) => -softplus(-turn(c) * scores[r * cols + c]);
    let most = -Infinity;
    for (let c = 0; c < cols; c++) most = max(most, logSlope(c));
    for (let c = 0; c < cols; c++) dScores[r * cols + c] = turn(c) * e(logSlope(c) - most);
  }
}

// softmax.ts

export function softmaxForward(out: Numbers, scores: Numbers, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) out.set(softmax(scores.subarray(r * cols, (r + 1) * cols)), r * cols);
}

export function softmaxLoss(
  loss: Numbers,
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  scale: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const row = scores.subarray(r * cols, (r + 1) * cols), y = labels[r];
    let others = 0;
    // log p_y = −log(1 + Σ e^(s_c − s_y)) and p_y − 1 = −Σ p_c, c ≠ y: nothing cancels
    let most = 0;
    for (let c = 0; c < cols; c++) most = max(most, row[c] - row[y]);
    for (let c = 0; c < cols; c++) if (c !== y) others += e(row[c] - row[y] - most);
    loss[r] = most > 0 ? most + Math.log(e(-most) + others) : log1p(others);
    const p = softmax(row);
    for (let c = 0; c < cols; c++) dScores[r * cols + c] = scale * p[c];
    dScores[r * cols + y] = 0;
    for (let c = 0; c < cols; c++) if (c !== y) dScores[r * cols + y] -= scale * p[c];
  }
}

export function softmaxDirection(
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const others = [...scores.subarray(r * cols, (r + 1) * cols).keys()].filter((c) => c !== labels[r]);
    const p = softmax(Float64Array.from(others, (c) => scores[r * cols + c]));
    dScores[r * cols + labels[r]] = others.length > 0 ? -1 : 0;
    others.forEach((c, i) => dScores[r * cols + c] = p[i]);
  }
}

function softmax(scores: Numbers): Numbers {
  let most = -Infinity, sum = 0;
  for (const s of scores) most = max(most, s);
  for (const s of scores) sum += e(s - most);
  return scores.map((s) => e(s - most) / sum);
}
