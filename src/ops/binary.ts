/** Draws of binary variables. @module */

import { randomUniform } from "../kernels/random.ts";
import type { Matrix } from "../matrix.ts";
import type { Workspace } from "../runtime/workspace.ts";

/** Draws of 0 and 1 with probabilities `means`, written to `out`, which may be `means`. */
export function bernoulli(
  out: Matrix,
  means: Matrix,
  { key, workspace }: { key: number; workspace: Workspace },
): void {
  const uniform = workspace.matrix(`uniform ${means.cols}`, means.rows, means.cols);
  randomUniform(uniform, { key, lo: 0, hi: 1 });
  const [draws, p, value] = [uniform.data, means.data, out.data];
  for (let i = 0; i < value.length; i++) value[i] = draws[i] < p[i] ? 1 : 0;
}
