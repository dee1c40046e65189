// Products with at most 12 columns, such as scores of ten classes: too few for tiles, so A is read where it lies.

import { KC } from "./gemm";
import { madd } from "./math";
import { narrowEdge as edge } from "./scratch";

/** Columns of the result that 3 rows by so many keep in registers. */
export const NARROW: usize = 12;

/**
 * C (rows, cols <= 12) = or += A (rows, depth), whose rows are `ai` bytes apart and whose columns are neighbours, times
 * panel B [k][12]; stride of C in bytes. Sums are cut at each KC of the depth.
 */
export function narrow(
  c: usize, stride: usize, a: usize, ai: usize, b: usize,
  accumulate: bool, rows: usize, cols: usize, depth: usize,
): void {
  for (let i: usize = 0; i < rows; i += 3, a += 3 * ai, c += 3 * stride) {
    const count = min<usize>(3, rows - i);
    // rows that are missing are the last one again, and not stored
    const y = min<usize>(1, count - 1) * ai, z = min<usize>(2, count - 1) * ai;
    for (let k: usize = 0; k < depth; k += KC) {
      const x = a + (k << 2);
      three(x, x + y, x + z, b + k * 48, min(KC, depth - k));
      for (let r: usize = 0; r < count; r++) {
        put(c + r * stride, edge + r * 48, cols, accumulate || k > 0);
      }
    }
  }
}

/** The cols floats at p = or += those at `from`. */
function put(p: usize, from: usize, cols: usize, accumulate: bool): void {
  for (const end = p + (cols << 2); p < end; p += 4, from += 4) {
    store<f32>(p, accumulate ? load<f32>(p) + load<f32>(from) : load<f32>(from));
  }
}

/** C (cols <= 12) = or += the sum over a list of value * row of panel B [k][12]; the values lie `ahead` of the indices. */
export function narrowGather(
  c: usize, list: usize, end: usize, ahead: usize, b: usize, cols: usize, accumulate: bool,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0);
  for (; list < end; list += 4) {
    const row = b + <usize>load<u32>(list) * 48;
    const value = v128.load32_splat(list + ahead);
    s0 = madd(value, v128.load(row), s0);
    s1 = madd(value, v128.load(row, 16), s1);
    s2 = madd(value, v128.load(row, 32), s2);
  }
  v128.store(edge, s0, 0);
  v128.store(edge, s1, 16);
  v128.store(edge, s2, 32);
  put(c, edge, cols, accumulate);
}

/** The rows at x, y and z times panel B, to `edge`. */
function three(x: usize, y: usize, z: usize, b: usize, depth: usize): void {
  let x0 = f32x4.splat(0), x1 = f32x4.splat(0), x2 = f32x4.splat(0);
  let y0 = f32x4.splat(0), y1 = f32x4.splat(0), y2 = f32x4.splat(0);
  let z0 = f32x4.splat(0), z1 = f32x4.splat(0), z2 = f32x4.splat(0);
  let k: usize = 0;
  for (; k + 4 <= depth; k += 4) {
    const vx = v128.load(x), vy = v128.load(y);
    let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    let s = v128.shuffle<f32>(vx, vx, 0, 0, 0, 0);
    x0 = madd(s, b0, x0); x1 = madd(s, b1, x1); x2 = madd(s, b2, x2);
    s = v128.shuffle<f32>(vy, vy, 0, 0, 0, 0);
    y0 = madd(s, b0, y0); y1 = madd(s, b1, y1); y2 = madd(s, b2, y2);
    s = v128.load32_splat(z, 0);
    z0 = madd(s, b0, z0); z1 = madd(s, b1, z1); z2 = madd(s, b2, z2);

    b0 = v128.load(b, 48); b1 = v128.load(b, 64); b2 = v128.load(b, 80);
    s = v128.shuffle<f32>(vx, vx, 1, 1, 1, 1);
    x0 = madd(s, b0, x0); x1 = madd(s, b1, x1); x2 = madd(s, b2, x2);
    s = v128.shuffle<f32>(vy, vy, 1, 1, 1, 1);
    y0 = madd(s, b0, y0); y1 = madd(s, b1, y1); y2 = madd(s, b2, y2);
    s = v128.load32_splat(z, 4);
    z0 = madd(s, b0, z0); z1 = madd(s, b1, z1); z2 = madd(s, b2, z2);

    b0 = v128.load(b, 96); b1 = v128.load(b, 112); b2 = v128.load(b, 128);
    s = v128.shuffle<f32>(vx, vx, 2, 2, 2, 2);
    x0 = madd(s, b0, x0); x1 = madd(s, b1, x1); x2 = madd(s, b2, x2);
    s = v128.shuffle<f32>(vy, vy, 2, 2, 2, 2);
    y0 = madd(s, b0, y0); y1 = madd(s, b1, y1); y2 = madd(s, b2, y2);
    s = v128.load32_splat(z, 8);
    z0 = madd(s, b0, z0); z1 = madd(s, b1, z1); z2 = madd(s, b2, z2);

    b0 = v128.load(b, 144); b1 = v128.load(b, 160); b2 = v128.load(b, 176);
    s = v128.shuffle<f32>(vx, vx, 3, 3, 3, 3);
    x0 = madd(s, b0, x0); x1 = madd(s, b1, x1); x2 = madd(s, b2, x2);
    s = v128.shuffle<f32>(vy, vy, 3, 3, 3, 3);
    y0 = madd(s, b0, y0); y1 = madd(s, b1, y1); y2 = madd(s, b2, y2);
    s = v128.load32_splat(z, 12);
    z0 = madd(s, b0, z0); z1 = madd(s, b1, z1); z2 = madd(s, b2, z2);
    x += 16;
    y += 16;
    z += 16;
    b += 192;
  }
  for (; k < depth; k++, x += 4, y += 4, z += 4, b += 48) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    let s = v128.load32_splat(x);
    x0 = madd(s, b0, x0); x1 = madd(s, b1, x1); x2 = madd(s, b2, x2);
    s = v128.load32_splat(y);
    y0 = madd(s, b0, y0); y1 = madd(s, b1, y1); y2 = madd(s, b2, y2);
    s = v128.load32_splat(z);
    z0 = madd(s, b0, z0); z1 = madd(s, b1, z1); z2 = madd(s, b2, z2);
  }
  v128.store(edge, x0, 0); v128.store(edge, x1, 16); v128.store(edge, x2, 32);
  v128.store(edge, y0, 48); v128.store(edge, y1, 64); v128.store(edge, y2, 80);
  v128.store(edge, z0, 96); v128.store(edge, z1, 112); v128.store(edge, z2, 128);
}
