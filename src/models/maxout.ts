import { InputError } from "../errors.ts";
import { heads } from "../heads.ts";
import { matrix } from "../matrix.ts";
import { fillUniform } from "../rng.ts";
import { asMatrix, checkSizes, type Family } from "./family.ts";
import { linearLayer } from "./linear_layer.ts";
import { maxoutLayer } from "./maxout_layer.ts";
import { network } from "./network.ts";
import { PUBLISHED } from "./recipe.ts";
import { namedTensors } from "./softmax_linear.ts";

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
 * @throws {InputError} if a size is not a whole number ≥ 1, or `initialRange` is not > 0
 * @throws {InputError} if the head is another
 */
export function maxout(
  { inputs, classes, units = [240, 240], pieces = 5, head = "softmax", initialRange = 0.005 }: MaxoutOptions,
): Family {
  checkSizes("maxout", {
    inputs,
    pieces,
    ...Object.fromEntries(units.map((count, i) => [`units[${i}]`, count])),
  });
  checkSizes("maxout", { classes }, 2);
  if (!(initialRange > 0) || !Number.isFinite(initialRange)) {
    throw new InputError(
      "value",
      `make a maxout model with initialRange ${initialRange}`,
      "must be > 0",
    );
  }
  if (head !== "softmax" && head !== "sigmoid") {
    throw new InputError(
      "value",
      `make a maxout model with head "${head}"`,
      "expected softmax or sigmoid",
    );
  }
  const widths = [inputs, ...units];
  const shapes: Record<string, readonly number[]> = {};
  units.forEach((count, i) => {
    shapes[`layer${i}.W`] = [pieces, count, widths[i]];
    shapes[`layer${i}.b`] = [pieces, count];
  });
  shapes["top.W"] = [classes, widths.at(-1)!];
  shapes["top.b"] = [classes];

  return {
    name: "maxout",
    inputs,
    classes,
    head: heads[head],
    config: { inputs, classes, units, pieces, head, initialRange },
    shapes,
    recipe: PUBLISHED,
    initial: (from) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => {
          const values = matrix(1, shape.reduce((a, b) => a * b));
          if (name.endsWith("W")) {
            fillUniform(values, from.split(name), { lo: -initialRange, hi: initialRange });
          }
          return [name, { shape, data: values.data }];
        }),
      ),
    network: (tensors) =>
      network((workspace) => [
        ...units.map((count, i) => {
          const [W, b] = [tensors[`layer${i}.W`], tensors[`layer${i}.b`]];
          const parts = { W: asMatrix(W, pieces * count), b: asMatrix(b, 1) };
          return maxoutLayer(workspace, `layer${i}.`, { ...parts, pieces });
        }),
        linearLayer(workspace, "top.", {
          W: asMatrix(tensors["top.W"], classes),
          b: asMatrix(tensors["top.b"], 1),
        }),
      ]),
    tensors(network) {
      return namedTensors(this, network);
    },
  };
}
