// Kernels of RBF scores: squared distances to centers, weighted by precisions.
import { lanes, load4, madd, store4 } from "./math";
import { In, Out } from "./operands";

/** scores[b, c] = -sum_i beta[c, i] (x[b, i] - mu[c, i])^2; x (rows, inputs), mu and beta (classes, inputs). */
export function rbfForward(
  scores: Out, x: In, mu: In, beta: In, rows: usize, classes: usize, inputs: usize,
): void {
  const whole = inputs & ~7;
  for (let b: usize = 0; b < rows; b++) {
    let m = mu, w = beta;
    for (let c: usize = 0; c < classes; c++) {
      let sum0 = f32x4.splat(0), sum1 = f32x4.splat(0);
      let i: usize = 0;
      for (; i < whole; i += 8) {
        const at = i << 2;
        const d0 = f32x4.sub(v128.load(x + at), v128.load(m + at));
        const d1 = f32x4.sub(v128.load(x + at, 16), v128.load(m + at, 16));
        sum0 = madd(f32x4.mul(d0, v128.load(w + at)), d0, sum0);
        sum1 = madd(f32x4.mul(d1, v128.load(w + at, 16)), d1, sum1);
      }
      let sum = lanes(f32x4.add(sum0, sum1));
      for (; i < inputs; i++) {
        const d = load<f32>(x + (i << 2)) - load<f32>(m + (i << 2));
        sum += d * load<f32>(w + (i << 2)) * d;
      }
      store<f32>(scores + (c << 2), -sum);
      m += inputs << 2;
      w += inputs << 2;
    }
    x += inputs << 2;
    scores += classes << 2;
  }
}

/** dX[b, i] = -2 sum_c dScores[b, c] beta[c, i] (x[b, i] - mu[c, i]). dX may be x. */
export function rbfBackward(
  dX: Out, dScores: In, x: In, mu: In, beta: In, rows: usize, classes: usize, inputs: usize,
): void {
  const stride = inputs << 2;
  for (let b: usize = 0; b < rows; b++) {
    let i: usize = 0;
    for (; i + 4 <= inputs; i += 4) {
      const value = v128.load(x + (i << 2));
      let sum = f32x4.splat(0);
      let at = i << 2;
      for (let c: usize = 0; c < classes; c++, at += stride) {
        const d = f32x4.mul(f32x4.sub(v128.load(mu + at), value), v128.load(beta + at));
        sum = madd(f32x4.splat(2 * load<f32>(dScores + (c << 2))), d, sum);
      }
      v128.store(dX + (i << 2), sum);
    }
    for (; i < inputs; i++) {
      const value = load<f32>(x + (i << 2));
      let sum: f32 = 0;
      let at = i << 2;
      for (let c: usize = 0; c < classes; c++, at += stride) {
        sum += 2 * load<f32>(dScores + (c << 2)) * ((load<f32>(mu + at) - value) * load<f32>(beta + at));
      }
      store<f32>(dX + (i << 2), sum);
    }
    x += stride;
    dX += stride;
    dScores += classes << 2;
  }
}

/**
 * dMu[c, i] = or += 2 sum_b dScores[b, c] beta[c, i] (x[b, i] - mu[c, i]),
 * dBeta[c, i] = or += -sum_b dScores[b, c] (x[b, i] - mu[c, i])^2.
 */
export function rbfParameters(
  dMu: Out, dBeta: Out, dScores: In, x: In, mu: In, beta: In,
  accumulate: i32, rows: usize, classes: usize, inputs: usize,
): void {
  rbfParametersPart(dMu, dBeta, dScores, x, mu, beta, accumulate, rows, classes, inputs, 0, inputs);
}

/** The same for inputs `first` to `last` only. */
export function rbfParametersPart(
  dMu: Out, dBeta: Out, dScores: In, x: In, mu: In, beta: In,
  accumulate: i32, rows: usize, classes: usize, inputs: usize, first: usize, last: usize,
): void {
  // a strip of columns of x stays in cache while every class uses it
  let i = first;
  for (; i + 8 <= last; i += 8) {
    for (let c: usize = 0; c < classes; c++) {
      const at = (c * inputs + i) << 2;
      const center0 = v128.load(mu + at), center1 = v128.load(mu + at, 16);
      let first0 = f32x4.splat(0), first1 = f32x4.splat(0), second0 = f32x4.splat(0), second1 = f32x4.splat(0);
      let p = x + (i << 2), s = dScores + (c << 2);
      for (let b: usize = 0; b < rows; b++, p += inputs << 2, s += classes << 2) {
        const slope = v128.load32_splat(s);
        const d0 = f32x4.sub(v128.load(p), center0), d1 = f32x4.sub(v128.load(p, 16), center1);
        const weighted0 = f32x4.mul(slope, d0), weighted1 = f32x4.mul(slope, d1);
        first0 = f32x4.add(first0, weighted0);
        first1 = f32x4.add(first1, weighted1);
        second0 = madd(weighted0, d0, second0);
        second1 = madd(weighted1, d1, second1);
      }
      storeGradients(dMu + at, dBeta + at, beta + at, first0, second0, accumulate, 4);
      storeGradients(dMu + at + 16, dBeta + at + 16, beta + at + 16, first1, second1, accumulate, 4);
    }
  }
  for (; i < last; i += 4) {
    const count = min<usize>(4, last - i);
    for (let c: usize = 0; c < classes; c++) {
      const at = (c * inputs + i) << 2;
      const center = load4(mu + at, count);
      let first = f32x4.splat(0), second = f32x4.splat(0);
      let p = x + (i << 2), s = dScores + (c << 2);
      for (let b: usize = 0; b < rows; b++, p += inputs << 2, s += classes << 2) {
        const d = f32x4.sub(load4(p, count), center);
        const weighted = f32x4.mul(v128.load32_splat(s), d);
        first = f32x4.add(first, weighted);
        second = madd(weighted, d, second);
      }
      storeGradients(dMu + at, dBeta + at, beta + at, first, second, accumulate, count);
    }
  }
}

/** dMu = or += 2 beta first and dBeta = or += -second, at up to 4 columns. */
function storeGradients(
  dMu: usize, dBeta: usize, beta: usize, first: v128, second: v128, accumulate: i32, count: usize,
): void {
  let m = f32x4.mul(f32x4.add(first, first), load4(beta, count));
  let b = f32x4.neg(second);
  if (accumulate) {
    m = f32x4.add(load4(dMu, count), m);
    b = f32x4.add(load4(dBeta, count), b);
  }
  store4(dMu, m, count);
  store4(dBeta, b, count);
}

/** scores[b, c] -= sum_r z[b, c, r]^2; z (rows, classes, rank), the low-rank part of the exponent. */
export function squaresForward(scores: Out, z: In, rows: usize, classes: usize, rank: usize): void {
  for (let i: usize = 0; i < rows * classes; i++) {
    let sum: f32 = 0;
    for (let r: usize = 0; r < rank; r++, z += 4) sum += load<f32>(z) * load<f32>(z);
    store<f32>(scores + (i << 2), load<f32>(scores + (i << 2)) - sum);
  }
}

/** dZ[b, c, r] = -2 dScores[b, c] z[b, c, r]. dZ may be z. */
export function squaresBackward(dZ: Out, dScores: In, z: In, rows: usize, classes: usize, rank: usize): void {
  for (let i: usize = 0; i < rows * classes; i++) {
    const slope: f32 = <f32>-2 * load<f32>(dScores + (i << 2));
    for (let r: usize = 0; r < rank; r++, z += 4, dZ += 4) store<f32>(dZ, slope * load<f32>(z));
  }
}
