// Products that skip exact zeros. A list holds, for each row, what is not zero: `indices` (u32) and `values` (f32), both
// (rows, capacity), of which the first `counts[row]` (u32) are meant and the rest is left as it was.

import { DEEP, FEW, KC, packNarrow, turn } from "./gemm";
import { madd } from "./math";
import { NARROW, narrowGather } from "./narrow";
import { In, IntIn, IntOut, Out } from "./operands";
import { packedA } from "./scratch";

/** One bit for each of the up to 32 floats at p that is not 0; NaN is not. */
// @ts-ignore: decorator
@inline
function notZero(p: usize, count: usize): u32 {
  let bits: u32 = 0, i: usize = 0;
  const zero = f32x4.splat(0);
  for (; i < 32 && i + 4 <= count; i += 4) {
    bits |= <u32>i32x4.bitmask(f32x4.ne(v128.load(p + (i << 2)), zero)) << <u32>i;
  }
  for (; i < 32 && i < count; i++) bits |= <u32>(load<f32>(p + (i << 2)) != 0) << <u32>i;
  return bits;
}

/** Lists, by row, the columns of x (rows, cols) that are not 0; capacity cols. Returns how many there are in all. */
export function listNonZero(
  indices: IntOut, values: Out, counts: IntOut, x: In, rows: usize, cols: usize,
): i32 {
  let total: usize = 0;
  for (let r: usize = 0; r < rows; r++) {
    let at: usize = 0;
    for (let c: usize = 0; c < cols; c += 32) {
      for (let bits = notZero(x + (c << 2), cols - c); bits != 0; bits &= bits - 1, at += 4) {
        const col = c + <usize>ctz(bits);
        store<u32>(indices + at, <u32>col);
        store<f32>(values + at, load<f32>(x + (col << 2)));
      }
    }
    store<u32>(counts + (r << 2), <u32>(at >> 2));
    total += at >> 2;
    x += cols << 2;
    indices += cols << 2;
    values += cols << 2;
  }
  return <i32>total;
}

/**
 * Lists, by row, what is not 0 in dZ (rows, pieces * units), which is dH at each unit's winning piece and 0 elsewhere;
 * dH and winner (rows, units), capacity units.
 */
export function listWinnersByRow(
  indices: IntOut, values: Out, counts: IntOut, dH: In, winner: IntIn, rows: usize, units: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    let at: usize = 0;
    for (let c: usize = 0; c < units; c += 32) {
      for (let bits = notZero(dH + (c << 2), units - c); bits != 0; bits &= bits - 1, at += 4) {
        const u = c + <usize>ctz(bits);
        store<u32>(indices + at, load<u32>(winner + (u << 2)) * <u32>units + <u32>u);
        store<f32>(values + at, load<f32>(dH + (u << 2)));
      }
    }
    store<u32>(counts + (r << 2), <u32>(at >> 2));
    dH += units << 2;
    winner += units << 2;
    indices += units << 2;
    values += units << 2;
  }
}

/** Lists, by column, what is not 0 in the same dZ: for each piece of each unit the rows that it won; capacity rows. */
export function listWinnersByPiece(
  indices: IntOut, values: Out, counts: IntOut, dH: In, winner: IntIn, rows: usize, units: usize, pieces: usize,
): void {
  listWinnersByPiecePart(indices, values, counts, dH, winner, rows, units, pieces, 0, units);
}

/** The same for units `first` to `last` only. */
export function listWinnersByPiecePart(
  indices: IntOut, values: Out, counts: IntOut, dH: In, winner: IntIn, rows: usize, units: usize, pieces: usize,
  first: usize, last: usize,
): void {
  for (let p: usize = 0; p < pieces; p++) memory.fill(counts + ((p * units + first) << 2), 0, (last - first) << 2);
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = first; c < last; c += 32) {
      for (let bits = notZero(dH + (c << 2), last - c); bits != 0; bits &= bits - 1) {
        const u = c + <usize>ctz(bits);
        const n = <usize>load<u32>(winner + (u << 2)) * units + u;
        const count = <usize>load<u32>(counts + (n << 2));
        const at = (n * rows + count) << 2;
        store<u32>(indices + at, <u32>r);
        store<f32>(values + at, load<f32>(dH + (u << 2)));
        store<u32>(counts + (n << 2), <u32>count + 1);
      }
    }
    dH += units << 2;
    winner += units << 2;
  }
}

/** Columns of a panel: as many as gather48 takes. */
const PANEL: usize = 48;

/** Elements of m that stay in cache while a row of the result is made. */
const CACHE: usize = 1 << 18;

/** The first place from which an ascending list holds indices of at least `limit`; some place, if it is not ascending. */
// @ts-ignore: decorator
@inline
function placeOf(limit: u32, list: usize, end: usize): usize {
  let from = list, to = end;
  while (from < to) {
    const middle = from + (((to - from) >> 3) << 2);
    if (load<u32>(middle) < limit) from = middle + 4;
    else to = middle;
  }
  return from;
}

/**
 * out[r, :] = or += sum over the list of row r of value * m[index, :]; out (rows, cols), m (height, cols).
 * An ascending list gives the bits of the matrix product. out does not alias m.
 */
export function gatherRows(
  out: Out, indices: IntIn, values: In, counts: IntIn, m: In,
  accumulate: i32, rows: usize, cols: usize, height: usize, capacity: usize,
): void {
  gatherRowsPart(out, indices, values, counts, m, accumulate, rows, cols, height, capacity, 0, cols);
}

/** The same for columns `from` to `to` only, `from` a multiple of 48. */
export function gatherRowsPart(
  out: Out, indices: IntIn, values: In, counts: IntIn, m: In,
  accumulate: i32, rows: usize, cols: usize, height: usize, capacity: usize, from: usize, to: usize,
): void {
  gather(out, indices, values, counts, m, false, accumulate, rows, cols, height, capacity, from, to);
}

/** The same with m in panels of 48 columns, each (height, 48) except for the last, which has what columns are left. */
export function gatherPanels(
  out: Out, indices: IntIn, values: In, counts: IntIn, m: In,
  accumulate: i32, rows: usize, cols: usize, height: usize, capacity: usize,
): void {
  gatherPanelsPart(out, indices, values, counts, m, accumulate, rows, cols, height, capacity, 0, cols);
}

/** The same for columns `from` to `to` only, `from` a multiple of 48. */
export function gatherPanelsPart(
  out: Out, indices: IntIn, values: In, counts: IntIn, m: In,
  accumulate: i32, rows: usize, cols: usize, height: usize, capacity: usize, from: usize, to: usize,
): void {
  gather(out, indices, values, counts, m, true, accumulate, rows, cols, height, capacity, from, to);
}

function gather(
  out: usize, indices: usize, values: usize, counts: usize, m: usize, panels: bool,
  accumulate: i32, rows: usize, cols: usize, height: usize, capacity: usize, from: usize, to: usize,
): void {
  const ahead = values - indices;
  // a larger m is taken a panel at a time, so that all rows of the result use the panel while it is in cache
  const width: usize = panels || height * cols > CACHE ? PANEL : cols;
  const narrow = cols <= NARROW && height <= DEEP && rows > FEW;
  if (narrow) packNarrow(m, cols << 2, 4, cols, height);
  for (let first = from; first < to; first += width) {
    const last = min(first + width, to);
    const stride = (panels ? min(PANEL, cols - first) : cols) << 2;
    const start = m + ((panels ? first * height : first) << 2);
    for (let r: usize = 0; r < rows; r++) {
      let list = indices + ((r * capacity) << 2);
      const whole = list + (<usize>load<u32>(counts + (r << 2)) << 2);
      // the sum is cut where the matrix product cuts its own, so that a row's bits do not depend on which is used
      for (let k0: usize = 0; k0 == 0 || k0 < height; k0 += KC) {
        const end = k0 + KC < height ? placeOf(<u32>(k0 + KC), list, whole) : whole;
        const add = accumulate | i32(k0 > 0);
        const row = out + ((r * cols + first) << 2);
        if (narrow) narrowGather(row, list, end, ahead, packedA, cols, add != 0);
        else gatherRow(row, list, end, ahead, start, stride, add, last - first);
        list = end;
      }
    }
  }
}

/** A row of the result, `left` columns of it; the values of the list lie `ahead` of its indices. */
export function gatherRow(
  out: usize, list: usize, end: usize, ahead: usize, m: usize, stride: usize, accumulate: i32, left: usize,
): void {
  for (; left >= 48; left -= 48, out += 192, m += 192) gather48(out, list, end, ahead, m, stride, accumulate);
  for (; left >= 16; left -= 16, out += 64, m += 64) gather16(out, list, end, ahead, m, stride, accumulate);
  for (; left >= 4; left -= 4, out += 16, m += 16) gather4(out, list, end, ahead, m, stride, accumulate);
  for (; left > 0; left--, out += 4, m += 4) gather1(out, list, end, ahead, m, stride, accumulate);
}

function gather1(
  p: usize, list: usize, end: usize, ahead: usize, m: usize, stride: usize, accumulate: i32,
): void {
  // a vector for one column, so that multiply and add are fused where they are for the others
  let sum = f32x4.splat(0);
  for (; list < end; list += 4) {
    sum = madd(v128.load32_zero(list + ahead), v128.load32_zero(m + <usize>load<u32>(list) * stride), sum);
  }
  const value = f32x4.extract_lane(sum, 0);
  store<f32>(p, accumulate ? load<f32>(p) + value : value);
}

function gather4(
  p: usize, list: usize, end: usize, ahead: usize, m: usize, stride: usize, accumulate: i32,
): void {
  let sum = f32x4.splat(0);
  for (; list < end; list += 4) {
    sum = madd(v128.load32_splat(list + ahead), v128.load(m + <usize>load<u32>(list) * stride), sum);
  }
  put(p, sum, accumulate);
}

function gather16(
  p: usize, list: usize, end: usize, ahead: usize, m: usize, stride: usize, accumulate: i32,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (; list < end; list += 4) {
    const row = m + <usize>load<u32>(list) * stride;
    const value = v128.load32_splat(list + ahead);
    s0 = madd(value, v128.load(row), s0);
    s1 = madd(value, v128.load(row, 16), s1);
    s2 = madd(value, v128.load(row, 32), s2);
    s3 = madd(value, v128.load(row, 48), s3);
  }
  put(p, s0, accumulate);
  put(p + 16, s1, accumulate);
  put(p + 32, s2, accumulate);
  put(p + 48, s3, accumulate);
}

// 48 columns: as many sums as there are registers for
function gather48(
  p: usize, list: usize, end: usize, ahead: usize, m: usize, stride: usize, accumulate: i32,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0), s5 = f32x4.splat(0), s6 = f32x4.splat(0), s7 = f32x4.splat(0);
  let s8 = f32x4.splat(0), s9 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  for (; list < end; list += 4) {
    const row = m + <usize>load<u32>(list) * stride;
    const value = v128.load32_splat(list + ahead);
    s0 = madd(value, v128.load(row), s0);
    s1 = madd(value, v128.load(row, 16), s1);
    s2 = madd(value, v128.load(row, 32), s2);
    s3 = madd(value, v128.load(row, 48), s3);
    s4 = madd(value, v128.load(row, 64), s4);
    s5 = madd(value, v128.load(row, 80), s5);
    s6 = madd(value, v128.load(row, 96), s6);
    s7 = madd(value, v128.load(row, 112), s7);
    s8 = madd(value, v128.load(row, 128), s8);
    s9 = madd(value, v128.load(row, 144), s9);
    s10 = madd(value, v128.load(row, 160), s10);
    s11 = madd(value, v128.load(row, 176), s11);
  }
  put(p, s0, accumulate);
  put(p + 16, s1, accumulate);
  put(p + 32, s2, accumulate);
  put(p + 48, s3, accumulate);
  put(p + 64, s4, accumulate);
  put(p + 80, s5, accumulate);
  put(p + 96, s6, accumulate);
  put(p + 112, s7, accumulate);
  put(p + 128, s8, accumulate);
  put(p + 144, s9, accumulate);
  put(p + 160, s10, accumulate);
  put(p + 176, s11, accumulate);
}

// @ts-ignore: decorator
@inline
function put(p: usize, sum: v128, accumulate: i32): void {
  v128.store(p, accumulate ? f32x4.add(v128.load(p), sum) : sum);
}

/** out = x (rows, cols) in panels as gatherPanels takes them. */
export function toPanels(out: Out, x: In, rows: usize, cols: usize): void {
  for (let first: usize = 0; first < cols; first += PANEL) {
    const width = min(PANEL, cols - first) << 2;
    for (let r: usize = 0; r < rows; r++, out += width) memory.copy(out, x + ((r * cols + first) << 2), width);
  }
}

/** out (cols, rows) = x^T in panels as gatherPanels takes them, x (rows, cols). */
export function transposePanels(out: Out, x: In, rows: usize, cols: usize): void {
  transposePanelsPart(out, x, rows, cols, 0, rows);
}

/** The same for rows `first` to `last` of x only. */
export function transposePanelsPart(out: Out, x: In, rows: usize, cols: usize, first: usize, last: usize): void {
  const from = cols << 2;
  for (let r = first; r < last; r += 4) {
    const panel = r / PANEL * PANEL;
    const to = min(PANEL, rows - panel) << 2;
    const q0 = out + ((panel * cols + r - panel) << 2), x0 = x + r * from;
    const count = min<usize>(4, last - r);
    let c: usize = 0;
    if (count == 4) {
      for (; c + 4 <= cols; c += 4) {
        const p = x0 + (c << 2);
        turn(v128.load(p), v128.load(p + from), v128.load(p + 2 * from), v128.load(p + 3 * from), q0 + c * to, to);
      }
    }
    for (; c < cols; c++) {
      for (let i: usize = 0; i < count; i++) store<f32>(q0 + c * to + (i << 2), load<f32>(x0 + i * from + (c << 2)));
    }
  }
}
