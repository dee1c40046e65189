/** The kernels of asm/sparse.ts again. @module */

import type { Numbers } from "./numbers.ts";

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
