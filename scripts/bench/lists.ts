/** Lists of nonzero entries, as the kernels that skip zeros take them. @module */

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

/** The same lists, no wider than the longest needs. */
export function tight(
  [indices, values, counts]: ReturnType<typeof listsOf>,
): { lists: ReturnType<typeof listsOf>; capacity: number } {
  const [rows, from] = [counts.length, indices.length / counts.length];
  const capacity = counts.reduce((a, b) => Math.max(a, b), 1);
  const lists: ReturnType<typeof listsOf> = [
    new Int32Array(rows * capacity),
    new Float32Array(rows * capacity),
    counts,
  ];
  for (let r = 0; r < rows; r++) {
    lists[0].set(indices.subarray(r * from, r * from + counts[r]), r * capacity);
    lists[1].set(values.subarray(r * from, r * from + counts[r]), r * capacity);
  }
  return { lists, capacity };
}

/** The sum of the counts. */
export function total(counts: Int32Array): number {
  return counts.reduce((a, b) => a + b, 0);
}
