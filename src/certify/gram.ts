/** Inner products of all pairs of rows, in double precision. @module */

/** R·Rᵀ for R (m, n): the lower triangle, and more. */
export function gram(R: Float64Array, m: number, n: number): Float64Array {
  const G = new Float64Array(m * m);
  for (let u = 0; u < m; u += 2) {
    for (let v = 0; v <= u; v += 2) {
      // the last row twice where their number is odd
      const u1 = Math.min(u + 1, m - 1), v1 = Math.min(v + 1, m - 1);
      let a = 0, b = 0, c = 0, d = 0;
      for (let i = 0, p = u * n, p1 = u1 * n, q = v * n, q1 = v1 * n; i < n; i++, p++, p1++, q++, q1++) {
        const x = R[p], x1 = R[p1], y = R[q], y1 = R[q1];
        a += x * y;
        b += x * y1;
        c += x1 * y;
        d += x1 * y1;
      }
      G[u1 * m + v1] = d;
      G[u1 * m + v] = c;
      G[u * m + v1] = b;
      G[u * m + v] = a;
    }
  }
  return G;
}
