/** Maxout network: its options, graph, first weights and recipe. @module */

import { fillUniform } from "../rng.ts";
import { choice, integer, integers, number } from "../schema.ts";
import { linear } from "../ops/linear.ts";
import { maxout as maxoutOp } from "../ops/maxout.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { linearNode } from "./nodes.ts";
import { PUBLISHED_RECIPE } from "./recipe.ts";

/** Sizes of a maxout network. */
export interface MaxoutOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Units of each hidden layer, U; default [240, 240]. */
  units?: readonly number[];
  /** Linear pieces of each unit, P; default 5. */
  pieces?: number;
  /** `"softmax"` (default), or `"sigmoid"` for an independent probability of each class. */
  head?: "softmax" | "sigmoid";
  /** Weights start uniform in ± this; default 0.005, as published. */
  initialRange?: number;
}

/**
 * The family of maxout networks, h = maxₚ (x·Wₚᵀ + bₚ) layer upon layer, then a linear top: `layerN.W` (P, U, D),
 * `layerN.b` (P, U), `top.W` (C, U), `top.b` (C). Defaults are the published network and recipe of Goodfellow et al.
 * 2013, which the paper uses (sections 4 and 6).
 *
 * @example
 * ```ts
 * import { maxout } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const family = maxout({ inputs: 784, classes: 10, units: [240], pieces: 5 });
 * assertEquals(family.shapes["layer0.W"], [5, 240, 784]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, `initialRange` is not > 0, or the head is another
 */
export const maxout: FamilyKind<MaxoutOptions> = builtIn<MaxoutOptions>()({
  name: "maxout",
  summary: "A maxout network, layers of units that take the largest of their linear pieces",
  options: {
    ...SIZES,
    units: integers("Units of each hidden layer", { default: [240, 240], min: 1 }),
    pieces: integer("Linear pieces of each unit", { default: 5, min: 1 }),
    head: choice("One distribution over the classes, or one probability each", ["softmax", "sigmoid"], {
      default: "softmax",
    }),
    initialRange: number("Weights start uniform in ± this", { default: 0.005, above: 0 }),
  },
  ops: { linear, maxout: maxoutOp },
  make: ({ inputs, classes, units, pieces, head, initialRange }) => ({
    graph: {
      input: inputs,
      nodes: [
        ...units.flatMap((count, i) => {
          const name = `layer${i}.`, id = `layer${i}`;
          const linear = linearNode(name, i === 0 ? "input" : `layer${i - 1}`, [pieces, count]);
          return [linear, { id, op: "maxout", from: [linear.id], attributes: { pieces } } as const];
        }),
        linearNode("top.", units.length === 0 ? "input" : `layer${units.length - 1}`, [classes]),
      ],
      head,
    },
    recipe: PUBLISHED_RECIPE,
    fill(name, out, random) {
      if (name.endsWith("W")) fillUniform(out, random, { lo: -initialRange, hi: initialRange });
    },
  }),
});
