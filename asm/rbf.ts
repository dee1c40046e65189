import { lanes, madd } from "./math";

/** scores[b, c] = -sum_i beta[c, i] (x[b, i] - mu[c, i])^2; x (rows, inputs), mu and beta (classes, inputs). */
export function rbfForward(
  scores: usize, x: usize, mu: usize, beta: usize, rows: usize, classes: usize, inputs: usize,
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
  dX: usize, dScores: usize, x: usize, mu: usize, beta: usize, rows: usize, classes: usize, inputs: usize,
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
  dMu: usize, dBeta: usize, dScores: usize, x: usize, mu: usize, beta: usize,
  accumulate: i32, rows: usize, classes: usize, inputs: usize,
): void {
  const stride = inputs << 2;
  for (let c: usize = 0; c < classes; c++) {
    const row = c * stride;
    let i: usize = 0;
    for (; i < inputs; i += 4) {
      const at = row + (i << 2);
      const count = inputs - i;
      const one = count < 4;
      const vectors: usize = one ? count : 1;
      for (let j: usize = 0; j < vectors; j++) {
        // the last few columns one at a time, in lane 0
        const shift = j << 2;
        const center = one ? v128.load32_zero(mu + at + shift) : v128.load(mu + at);
        const width = one ? v128.load32_zero(beta + at + shift) : v128.load(beta + at);
        let first = f32x4.splat(0), second = f32x4.splat(0);
        let p = x + (i << 2) + shift, s = dScores + (c << 2);
        for (let b: usize = 0; b < rows; b++, p += stride, s += classes << 2) {
          const d = f32x4.sub(one ? v128.load32_zero(p) : v128.load(p), center);
          const weighted = f32x4.mul(v128.load32_splat(s), d);
          first = f32x4.add(first, weighted);
          second = madd(weighted, d, second);
        }
        first = f32x4.mul(f32x4.add(first, first), width);
        second = f32x4.neg(second);
        if (one) {
          store<f32>(dMu + at + shift, f32x4.extract_lane(first, 0) + (accumulate ? load<f32>(dMu + at + shift) : 0));
          store<f32>(dBeta + at + shift, f32x4.extract_lane(second, 0) + (accumulate ? load<f32>(dBeta + at + shift) : 0));
        } else {
          v128.store(dMu + at, accumulate ? f32x4.add(v128.load(dMu + at), first) : first);
          v128.store(dBeta + at, accumulate ? f32x4.add(v128.load(dBeta + at), second) : second);
        }
      }
    }
  }
}

/** scores[b, c] -= sum_r z[b, c, r]^2; z (rows, classes, rank), the low-rank part of the exponent. */
export function squaresForward(scores: usize, z: usize, rows: usize, classes: usize, rank: usize): void {
  for (let i: usize = 0; i < rows * classes; i++) {
    let sum: f32 = 0;
    for (let r: usize = 0; r < rank; r++, z += 4) sum += load<f32>(z) * load<f32>(z);
    store<f32>(scores + (i << 2), load<f32>(scores + (i << 2)) - sum);
  }
}

/** dZ[b, c, r] = -2 dScores[b, c] z[b, c, r]. dZ may be z. */
export function squaresBackward(dZ: usize, dScores: usize, z: usize, rows: usize, classes: usize, rank: usize): void {
  for (let i: usize = 0; i < rows * classes; i++) {
    const slope: f32 = <f32>-2 * load<f32>(dScores + (i << 2));
    for (let r: usize = 0; r < rank; r++, z += 4, dZ += 4) store<f32>(dZ, slope * load<f32>(z));
  }
}
