/** How much of an image a filter looks at. The paper's figure 3 shows filters and states no measure. @module */

import { InputError } from "../errors.ts";

/** How localized a filter is. */
export interface Localization {
  /**
   * Participation ratio (Σ w²)² / Σ w⁴ as a fraction of all pixels, in (0, 1]: 1 if all weights are of one size, 1/D if
   * one pixel has all the weight; about 1/3 for Gaussian noise. Blind to where the weights are.
   */
  readonly participation: number;
  /**
   * Root mean square distance of the weight's energy w² from its centroid, in pixels: 0 for one pixel; for energy spread
   * evenly over s × s pixels √((s² − 1)/6), that is 11.4 for the whole of MNIST's images.
   */
  readonly spread: number;
}

/**
 * How localized a filter of `width` pixels a row is; null for one of zeros alone, which is nowhere.
 *
 * @throws {InputError} if the filter is not made of whole rows
 */
export function localization(
  filter: ArrayLike<number>,
  { width }: { width: number },
): Localization | null {
  if (!Number.isInteger(width) || filter.length % width !== 0) {
    throw new InputError(
      "value",
      "localize a filter",
      `${filter.length} weights do not make rows of ${width}`,
    );
  }
  const energy = Float64Array.from(filter, (value) => value * value);
  const total = energy.reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  const mean = (f: (x: number, y: number) => number) =>
    energy.reduce((sum, e, i) => sum + e * f(i % width, Math.floor(i / width)), 0) / total;
  const [x, y] = [mean((x) => x), mean((_, y) => y)];
  return {
    participation: total * total / energy.reduce((sum, e) => sum + e * e, 0) / filter.length,
    spread: Math.sqrt(mean((a, b) => (a - x) * (a - x) + (b - y) * (b - y))),
  };
}
