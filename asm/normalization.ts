// Normalisation of channels by their means and variances; x (rows, channels, pixels).

import { lanes, madd } from "./math";
import { In, Out } from "./operands";

/** mean[c], variance[c] = the mean of x[r, c, i] over rows and pixels, and of its squared distance from that. */
export function channelMoments(mean: Out, variance: Out, x: In, rows: usize, channels: usize, pixels: usize): void {
  const step = channels * pixels << 2, count = <f64>(rows * pixels);
  for (let c: usize = 0; c < channels; c++) {
    const first = x + (c * pixels << 2);
    // sums of a row in float32, of rows in double
    let total: f64 = 0;
    for (let r: usize = 0, p = first; r < rows; r++, p += step) {
      const end = p + (pixels << 2);
      let sums = f32x4.splat(0), q = p, rest: f32 = 0;
      for (; q + 16 <= end; q += 16) sums = f32x4.add(sums, v128.load(q));
      for (; q < end; q += 4) rest += load<f32>(q);
      total += <f64>(lanes(sums) + rest);
    }
    const middle = <f32>(total / count), center = f32x4.splat(middle);
    total = 0;
    for (let r: usize = 0, p = first; r < rows; r++, p += step) {
      const end = p + (pixels << 2);
      let sums = f32x4.splat(0), q = p, rest: f32 = 0;
      for (; q + 16 <= end; q += 16) {
        const d = f32x4.sub(v128.load(q), center);
        sums = madd(d, d, sums);
      }
      for (; q < end; q += 4) {
        const d = load<f32>(q) - middle;
        rest += d * d;
      }
      total += <f64>(lanes(sums) + rest);
    }
    store<f32>(mean + (c << 2), middle);
    store<f32>(variance + (c << 2), <f32>(total / count));
  }
}

/** sums[c], products[c] = the sums over rows and pixels of dY, and of dY (x - mean[c]). */
export function channelProducts(
  sums: Out, products: Out, dY: In, x: In, mean: In, rows: usize, channels: usize, pixels: usize,
): void {
  const step = channels * pixels << 2;
  for (let c: usize = 0; c < channels; c++) {
    const middle = load<f32>(mean + (c << 2)), center = f32x4.splat(middle);
    let all: f64 = 0, along: f64 = 0;
    for (let r: usize = 0, p = c * pixels << 2; r < rows; r++, p += step) {
      const end = p + (pixels << 2);
      let s = f32x4.splat(0), t = f32x4.splat(0), q = p, rest: f32 = 0, other: f32 = 0;
      for (; q + 16 <= end; q += 16) {
        const d = v128.load(dY + q);
        s = f32x4.add(s, d);
        t = madd(d, f32x4.sub(v128.load(x + q), center), t);
      }
      for (; q < end; q += 4) {
        const d = load<f32>(dY + q);
        rest += d;
        other += d * (load<f32>(x + q) - middle);
      }
      all += <f64>(lanes(s) + rest);
      along += <f64>(lanes(t) + other);
    }
    store<f32>(sums + (c << 2), <f32>all);
    store<f32>(products + (c << 2), <f32>along);
  }
}

/** out[r, c, i] = x[r, c, i] scale[c] + shift[c]; out may be x. */
export function channelScale(
  out: Out, x: In, scale: In, shift: In, rows: usize, channels: usize, pixels: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = 0; c < channels; c++) {
      const a = load<f32>(scale + (c << 2)), b = load<f32>(shift + (c << 2));
      const a4 = f32x4.splat(a), b4 = f32x4.splat(b), end = out + (pixels << 2);
      for (; out + 16 <= end; out += 16, x += 16) v128.store(out, madd(v128.load(x), a4, b4));
      for (; out < end; out += 4, x += 4) {
        store<f32>(out, f32x4.extract_lane(madd(f32x4.splat(load<f32>(x)), a4, b4), 0));
      }
    }
  }
}

/** dX[r, c, i] = scale[c] dY[r, c, i] + slope[c] x[r, c, i] + shift[c]; dX may be dY. */
export function channelBlend(
  dX: Out, dY: In, x: In, scale: In, slope: In, shift: In, rows: usize, channels: usize, pixels: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = 0; c < channels; c++) {
      const a = f32x4.splat(load<f32>(scale + (c << 2))), b = f32x4.splat(load<f32>(shift + (c << 2)));
      const m = f32x4.splat(load<f32>(slope + (c << 2))), end = dX + (pixels << 2);
      for (; dX + 16 <= end; dX += 16, dY += 16, x += 16) {
        v128.store(dX, madd(v128.load(dY), a, madd(v128.load(x), m, b)));
      }
      for (; dX < end; dX += 4, dY += 4, x += 4) {
        const v = madd(f32x4.splat(load<f32>(x)), m, b);
        store<f32>(dX, f32x4.extract_lane(madd(f32x4.splat(load<f32>(dY)), a, v), 0));
      }
    }
  }
}
