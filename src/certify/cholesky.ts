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
      let sum = A[row + j];
      for (let k = 0; k < j; k++) sum -= A[row + k] * A[other + k];
      A[row + j] = sum / A[other + j];
    }
    let sum = A[row + i] - shift;
    for (let k = 0; k < i; k++) sum -= A[row + k] * A[row + k];
    if (!(sum > 0)) return false;
    A[row + i] = Math.sqrt(sum);
  }
  return true;
}
