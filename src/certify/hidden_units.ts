/** Units of the one hidden layer of a network, as pieces linear in the perturbation. @module */

import type { Chain, ChainLayer } from "./chain.ts";
import type { Affine } from "./exact_linear.ts";
import type { Neighborhood } from "./neighborhood.ts";
import type { Path } from "./substitution.ts";

/** Whether the scores have this form: one hidden layer, whose units are maxima of pieces linear in the inputs. */
export function hasOneHiddenLayer({ layers }: Chain, { norm }: Pick<Neighborhood, "norm">): boolean {
  return layers.length === 3 && ["relu", "leakyRelu", "maxout"].includes(layers[1].type) && norm !== "L1";
}

/** What may come on top of a unit's base: max(0, d) with d = scale·(row) − (less), rows of the hidden layer. */
export interface Rival {
  readonly row: number;
  readonly scale: number;
  /** −1 for none. */
  readonly less: number;
  /** Whether d ≥ 0 everywhere. */
  readonly always: boolean;
}

/** A unit: share·(base), and the greatest of what may come on top. */
interface Unit {
  readonly base: number;
  readonly share: number;
  readonly rivals: readonly Rival[];
}

/** How the units of the only stage of `path` are made of linear pieces over its region. */
export function unitsOf(layer: ChainLayer, path: Path): Unit[] {
  const { before, compared } = path.stages[0];
  if (layer.type === "maxout") {
    const { leader, ahead } = compared!, units = leader.length;
    return Array.from(leader, (own, u) => {
      const base = own * units + u;
      const rows = Array.from({ length: layer.pieces }, (_, p) => p * units + u)
        .filter((row) => row !== base && ahead.hi[row] > 0)
        .sort((r, s) => ahead.hi[s] - ahead.hi[r]);
      return { base, share: 1, rivals: rows.map((row) => ({ row, scale: 1, less: base, always: false })) };
    });
  }
  const share = layer.type === "leakyRelu" ? layer.slope ?? 0 : 0;
  return Array.from(before.lo, (lo, u) => ({
    base: u,
    share,
    rivals: before.hi[u] > 0 ? [{ row: u, scale: 1 - share, less: -1, always: lo >= 0 }] : [],
  }));
}

/** A linear function of t: value at 0, slopes, and the sizes that were added up. */
export interface Linear {
  readonly at: number;
  readonly slopes: Float64Array;
  readonly size: number;
}

/** Rows of `of` as functions of t, with x = center + radius·t for the `features` that move. */
function rowsIn({ cols, W, b }: Affine, { center, radius, features }: Moves): (row: number) => Linear {
  const known: Linear[] = [];
  const far = Math.sqrt(center.reduce((sum, value, i) => {
    const magnitude = Math.abs(value) + radius[i];
    return sum + magnitude * magnitude;
  }, 0));
  const moved = Float64Array.from(features, (i) => radius[i]);
  return (row) => {
    if (known[row]) return known[row];
    let at = b[row], squares = 0;
    for (let i = 0, j = row * cols; i < cols; i++, j++) {
      at += W[j] * center[i];
      squares += W[j] * W[j];
    }
    const slopes = new Float64Array(features.length);
    for (let i = 0; i < features.length; i++) slopes[i] = W[row * cols + features[i]] * moved[i];
    // by Cauchy and Schwarz, no less than the sum of the sizes
    return known[row] = { at, slopes, size: Math.abs(b[row]) + Math.sqrt(squares) * far };
  };
}

interface Moves {
  readonly center: Float64Array;
  readonly radius: Float64Array;
  readonly features: Int32Array;
}

const known = new WeakMap<Path, { n: number; row: (row: number) => Linear }>();

/** The rows of the hidden layer over the region of `path`, the same for all pairs of classes. */
export function rowsOf(hidden: Affine, path: Path): { n: number; row: (row: number) => Linear } {
  const found = known.get(path);
  if (found) return found;
  const moves = movesIn(path.within);
  const unit = { n: moves.features.length, row: rowsIn(hidden, moves) };
  known.set(path, unit);
  return unit;
}

/** Where t = 0 is and how far it goes: the middle of a box, or the input in a ball, whose bounds are left out. */
function movesIn({ norm, epsilon, x, lo, hi }: Neighborhood): Moves {
  const ball = norm === "L2";
  const center = ball ? x : lo.map((value, i) => (value + hi[i]) / 2);
  const radius = lo.map((value, i) => ball ? (value < hi[i] ? epsilon : 0) : (hi[i] - value) / 2);
  return { center, radius, features: Int32Array.from(radius.keys()).filter((i) => radius[i] > 0) };
}
