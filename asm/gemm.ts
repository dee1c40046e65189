// The matrix product: both operands packed, an outer-product kernel on 5 x 8 tiles of the result.
// Packing settles whether an operand is read along rows or columns; the inner kernel is one for all forms.

import { madd } from "./math";
import { NARROW, narrow } from "./narrow";
import { In, Out } from "./operands";
import { edge, packedA, packedB } from "./scratch";
import { gatherRow } from "./sparse";

/** Rows of A packed at once where the depth is KC, a multiple of 5; more where it is less. */
export const MC: usize = 240;
/** Depth packed at once, a multiple of 4. Any partial sum spans at most this many products. */
export const KC: usize = 400;

/** Depth of B packed at once where it has few columns, a multiple of KC: what fits the room of A, which is not packed. */
export const DEEP: usize = MC * KC / NARROW / KC * KC;

/** Rows of A up to which packing B costs more than it saves. */
export const FEW: usize = 4;

/** A (rows, depth), element (i, k) at a + i * si + k * sk bytes, to strips [k][5] at `out`, zeros beyond rows and depth. */
export function packA(out: usize, a: usize, si: usize, sk: usize, rows: usize, depth: usize, padded: usize): void {
  for (let i: usize = 0; i < rows; i += 5) {
    const full = i + 5 <= rows;
    let p = a + i * si;
    let k: usize = 0;
    if (full && sk == 4) {
      for (; k + 4 <= depth; k += 4, p += 16, out += 80) {
        const last = v128.load(p + 4 * si);
        turn(v128.load(p), v128.load(p + si), v128.load(p + 2 * si), v128.load(p + 3 * si), out, 20);
        v128.store_lane<f32>(out, last, 0, 16);
        v128.store_lane<f32>(out, last, 1, 36);
        v128.store_lane<f32>(out, last, 2, 56);
        v128.store_lane<f32>(out, last, 3, 76);
      }
    } else if (full && si == 4) {
      for (; k < depth; k++, p += sk, out += 20) {
        v128.store(out, v128.load(p));
        store<f32>(out, load<f32>(p, 16), 16);
      }
    }
    for (; k < depth; k++, p += sk, out += 20) {
      for (let r: usize = 0; r < 5; r++) {
        store<f32>(out + (r << 2), i + r < rows ? load<f32>(p + r * si) : 0);
      }
    }
    const zeros = (padded - depth) * 20;
    memory.fill(out, 0, zeros);
    out += zeros;
  }
}

/** The columns of the rows a, b, c, d to `out` and on, `step` bytes apart. */
export function turn(a: v128, b: v128, c: v128, d: v128, out: usize, step: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(out + step, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(out + 2 * step, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
  v128.store(out + 3 * step, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
}

/** B (depth, cols <= 8), element (k, j) at b + k * sk + j * sj bytes, to [k][8] at `out`, zeros beyond cols and depth. */
export function packB(out: usize, b: usize, sk: usize, sj: usize, cols: usize, depth: usize, padded: usize): void {
  let k: usize = 0;
  if (cols == 8 && sj == 4) {
    for (; k < depth; k++, b += sk, out += 32) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
    }
  } else if (cols == 8 && sk == 4) {
    for (; k + 4 <= depth; k += 4, b += 16, out += 128) {
      turn(v128.load(b), v128.load(b + sj), v128.load(b + 2 * sj), v128.load(b + 3 * sj), out, 32);
      const p = b + 4 * sj;
      turn(v128.load(p), v128.load(p + sj), v128.load(p + 2 * sj), v128.load(p + 3 * sj), out + 16, 32);
    }
  }
  for (; k < depth; k++, b += sk, out += 32) {
    for (let j: usize = 0; j < 8; j++) store<f32>(out + (j << 2), j < cols ? load<f32>(b + j * sj) : 0);
  }
  memory.fill(out, 0, (padded - depth) << 5);
}

/** B (depth <= DEEP, cols <= 12) to [k][12] in `packedA`, zeros beyond cols. */
export function packNarrow(b: usize, sk: usize, sj: usize, cols: usize, depth: usize): void {
  let out = packedA;
  let k: usize = 0;
  if (sk == 4) {
    for (; k + 4 <= depth; k += 4, b += 16, out += 192) {
      for (let j: usize = 0; j < NARROW; j += 4) {
        const p = b + j * sj;
        const v = loadIf(j < cols, p), w = loadIf(j + 1 < cols, p + sj), x = loadIf(j + 2 < cols, p + 2 * sj);
        turn(v, w, x, loadIf(j + 3 < cols, p + 3 * sj), out + (j << 2), 48);
      }
    }
  }
  for (; k < depth; k++, b += sk, out += 48) {
    for (let j: usize = 0; j < NARROW; j++) store<f32>(out + (j << 2), j < cols ? load<f32>(b + j * sj) : 0);
  }
}

// @ts-ignore: decorator
@inline
function loadIf(there: bool, p: usize): v128 {
  return there ? v128.load(p) : f32x4.splat(0);
}

/** C (5, 8) = or += strip A [k][5] times panel B [k][8]; depth a multiple of 4, stride in bytes. */
export function tile(c: usize, stride: usize, a: usize, b: usize, depth: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  // four steps of k take 20 values of A. A lane splat costs less than a load with its bounds check, but competes with
  // multiply-adds for a port: three quartets by lanes and two by loads keep all ports busy
  for (let k: usize = 0; k < depth; k += 4) {
    let v = v128.load(a);
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.shuffle<f32>(v, v, 0, 0, 0, 0);
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01);
    s = v128.shuffle<f32>(v, v, 1, 1, 1, 1);
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11);
    s = v128.shuffle<f32>(v, v, 2, 2, 2, 2);
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21);
    s = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31);
    v = v128.load(a, 16);
    s = v128.shuffle<f32>(v, v, 0, 0, 0, 0);
    c40 = madd(s, b0, c40); c41 = madd(s, b1, c41);

    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    s = v128.shuffle<f32>(v, v, 1, 1, 1, 1);
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01);
    s = v128.shuffle<f32>(v, v, 2, 2, 2, 2);
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11);
    s = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 32);
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31);
    s = v128.load32_splat(a, 36);
    c40 = madd(s, b0, c40); c41 = madd(s, b1, c41);

    b0 = v128.load(b, 64); b1 = v128.load(b, 80);
    s = v128.load32_splat(a, 40);
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 44);
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11);
    v = v128.load(a, 48);
    s = v128.shuffle<f32>(v, v, 0, 0, 0, 0);
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21);
    s = v128.shuffle<f32>(v, v, 1, 1, 1, 1);
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31);
    s = v128.shuffle<f32>(v, v, 2, 2, 2, 2);
    c40 = madd(s, b0, c40); c41 = madd(s, b1, c41);

    b0 = v128.load(b, 96); b1 = v128.load(b, 112);
    s = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 64);
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11);
    s = v128.load32_splat(a, 68);
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 72);
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31);
    s = v128.load32_splat(a, 76);
    c40 = madd(s, b0, c40); c41 = madd(s, b1, c41);
    a += 80;
    b += 128;
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c += stride, c10, c11, accumulate);
  storeRow(c += stride, c20, c21, accumulate);
  storeRow(c += stride, c30, c31, accumulate);
  storeRow(c + stride, c40, c41, accumulate);
}

// @ts-ignore: decorator
@inline
export function storeRow(c: usize, v0: v128, v1: v128, accumulate: bool): void {
  if (accumulate) {
    v0 = f32x4.add(v128.load(c), v0);
    v1 = f32x4.add(v128.load(c, 16), v1);
  }
  v128.store(c, v0);
  v128.store(c, v1, 16);
}

/** A tile of fewer than 5 x 8 by way of a whole one. */
export function tileEdge(
  c: usize, stride: usize, a: usize, b: usize, depth: usize, rows: usize, cols: usize, accumulate: bool,
): void {
  tile(edge, 32, a, b, depth, false);
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < cols; j++) {
      const p = c + i * stride + (j << 2);
      const value = load<f32>(edge + (i << 5) + (j << 2));
      store<f32>(p, accumulate ? load<f32>(p) + value : value);
    }
  }
}

/** C (rows, cols) = or += A B, with neighbours in rows of A and of B, as lists of every place. */
function few(
  c: usize, stride: usize, a: usize, ai: usize, b: usize, bk: usize,
  accumulate: bool, rows: usize, cols: usize, depth: usize,
): void {
  const end = packedA + (depth << 2);
  for (let k: usize = 0; k < depth; k++) store<u32>(packedA + (k << 2), <u32>k);
  for (let i: usize = 0; i < rows; i++, a += ai, c += stride) {
    gatherRow(c, packedA, end, a - packedA, b, bk, i32(accumulate), cols);
  }
}

/**
 * C (m, n) = or += A B, C's element (i, j) at c + i * stride + j * 4 bytes, A's (i, k) at a + i * ai + k * ak,
 * B's (k, j) at b + k * bk + j * bj.
 */
export function gemmPart(
  c: Out, stride: usize, a: In, ai: usize, ak: usize, b: In, bk: usize, bj: usize,
  accumulate: i32, m: usize, n: usize, k: usize,
): void {
  if (k == 0 && !accumulate) {
    for (let i: usize = 0; i < m; i++) memory.fill(c + i * stride, 0, n << 2);
  }
  if (n <= NARROW && ak == 4 && (m > FEW || bj != 4)) {
    // all of B at once, so that A is read in one stream
    for (let k0: usize = 0; k0 < k; k0 += DEEP) {
      const depth = min(DEEP, k - k0);
      packNarrow(b + k0 * bk, bk, bj, n, depth);
      narrow(c, stride, a + (k0 << 2), ai, packedA, accumulate != 0 || k0 > 0, m, n, depth);
    }
    return;
  }
  for (let k0: usize = 0; k0 < k; k0 += KC) {
    const depth = min(KC, k - k0);
    const padded = (depth + 3) & ~3;
    const add = accumulate != 0 || k0 > 0;
    if (m <= FEW && ak == 4 && bj == 4) {
      few(c, stride, a + (k0 << 2), ai, b + k0 * bk, bk, add, m, n, depth);
      continue;
    }
    // all rows at once, if they fit: B is packed anew for each run of them
    const maxRows = MC * KC / padded / 5 * 5;
    for (let i0: usize = 0; i0 < m; i0 += maxRows) {
      const rows = min(maxRows, m - i0);
      packA(packedA, a + i0 * ai + k0 * ak, ai, ak, rows, depth, padded);
      for (let j: usize = 0; j < n; j += 8) {
        const cols = min<usize>(8, n - j);
        packB(packedB, b + k0 * bk + j * bj, bk, bj, cols, depth, padded);
        for (let i: usize = 0; i < rows; i += 5) {
          const at = c + (i0 + i) * stride + (j << 2);
          const strip = packedA + i * (padded << 2);
          if (cols == 8 && i + 5 <= rows) tile(at, stride, strip, packedB, padded, add);
          else tileEdge(at, stride, strip, packedB, padded, min<usize>(5, rows - i), cols, add);
        }
      }
    }
  }
}

/** out (m, n) = A B, or += it if accumulate; A (m, k), B (k, n). out aliases neither. */
export function gemmNN(out: Out, a: In, b: In, accumulate: i32, m: usize, n: usize, k: usize): void {
  gemmPart(out, n << 2, a, k << 2, 4, b, n << 2, 4, accumulate, m, n, k);
}

/** out (m, n) = A B^T, or += it if accumulate; A (m, k), B (n, k). out aliases neither. */
export function gemmNT(out: Out, a: In, b: In, accumulate: i32, m: usize, n: usize, k: usize): void {
  gemmPart(out, n << 2, a, k << 2, 4, b, 4, k << 2, accumulate, m, n, k);
}

/** out (m, n) = A^T B, or += it if accumulate; A (k, m), B (k, n). out aliases neither. */
export function gemmTN(out: Out, a: In, b: In, accumulate: i32, m: usize, n: usize, k: usize): void {
  gemmPart(out, n << 2, a, 4, m << 2, b, n << 2, 4, accumulate, m, n, k);
}
