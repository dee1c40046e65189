/** Lists of what is not zero, as the kernels that skip zeros take them. @module */

/** Places, values and counts by row of `x` (rows, cols). */
export function listsOf(
  x: Float32Array,
  rows: number,
  cols: number,
): [indices: Int32Array, values: Float32Array, counts: Int32Array] {
  const [indices, counts] = [new Int32Array(rows * cols), new Int32Array(rows)];
  const values = new Float32Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      if (x[r * cols + c] === 0) continue;
      indices[r * cols + counts[r]] = c;
      values[r * cols + counts[r]++] = x[r * cols + c];
    }
  }
  return [indices, values, counts];
}

/** The sum of the counts. */
export function total(counts: Int32Array): number {
  return counts.reduce((a, b) => a + b, 0);
}
