/** Proof that a symmetric matrix is positive definite. @module */

/** Unit roundoff of double precision. */
const UNIT = 2 ** -53;

/**
 * Whether the symmetric matrix `A` (n, n), of which the lower triangle is read and overwritten, is certainly positive
 * semidefinite, also after entrywise errors whose spectral norm is at most `error`: the Cholesky factorisation of A − s·I
 * succeeds, s being what rounding can hide (Rump, Verification of Positive Definiteness, BIT 2006).
 */
export function isPositive(A: Float64Array, n: number, error: number): boolean {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += Math.abs(A[i * n + i]);
  // Rump: γ/(1 − 2γ) of the trace with γ = (n + 1)u/(1 − (n + 1)u); doubled
  const shift = error + 2 * (n + 3) * UNIT * trace;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      A[row + j] = (A[row + j] - dot(A, row, other, j)) / A[other + j];
    }
    const left = A[row + i] - shift - dot(A, row, row, i);
    if (!(left > 0)) return false;
    A[row + i] = Math.sqrt(left);
  }
  return true;
}

/** The inner product of `n` numbers from `p` and from `q` on. */
function dot(A: Float64Array, p: number, q: number, n: number): number {
  let a = 0, b = 0, c = 0, d = 0, k = 0;
  for (; k + 4 <= n; k += 4, p += 4, q += 4) {
    a += A[p] * A[q];
    b += A[p + 1] * A[q + 1];
    c += A[p + 2] * A[q + 2];
    d += A[p + 3] * A[q + 3];
  }
  for (; k < n; k++, p++, q++) a += A[p] * A[q];
  return a + b + (c + d);
}
