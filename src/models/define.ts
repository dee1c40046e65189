/** Families of a user's own, of any operations. @module */

import * as ops from "../ops/mod.ts";
import type { Resolved, Schema } from "../schema.ts";
import { builtIn, type Family, type FamilyKind, type FamilyParts } from "./family.ts";

/**
 * The families called `name`: `make` turns options, checked and with their defaults, into a graph and all else.
 *
 * @example
 * ```ts
 * import { defineFamily, model } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const perceptron = defineFamily<{ inputs: number }>()({
 *   name: "perceptron",
 *   summary: "One linear score",
 *   options: { inputs: { kind: "integer", help: "Number of inputs", required: true, min: 1 } },
 *   make: ({ inputs }) => ({
 *     graph: {
 *       input: inputs,
 *       nodes: [{
 *         id: "score",
 *         op: "linear",
 *         from: ["input"],
 *         tensors: { W: "W", b: "b" },
 *         attributes: { outputs: [1] },
 *       }],
 *       head: "binary",
 *     },
 *     recipe: { optimizer: { name: "sgd", learningRate: 0.1 }, batchSize: 100 },
 *   }),
 * });
 * using fresh = model(perceptron({ inputs: 3 }));
 * assertEquals(fresh.tensors().W.shape, [1, 3]);
 * ```
 */
export function defineFamily<O extends object>(): <const S extends Schema<O>>(
  parts: {
    /** Registry key. */
    name: string;
    /** One line on what its models compute. */
    summary: string;
    /** Its options. */
    options: S & Schema<O>;
    /** What they make. @throws {InputError} if they do not go together */
    make(options: Resolved<O, S>): FamilyParts;
  },
) => FamilyKind<O> {
  return (parts) => {
    const kind = builtIn<O>()({ ...parts, ops } as never);
    const custom = (options: O): Family => ({ ...kind(options), custom: true });
    return Object.assign(custom, { options: kind.options, summary: kind.summary });
  };
}
