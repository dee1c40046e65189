/** Jobs that look for the worst case on a part of the data. @module */

import { slice } from "../data/batch.ts";
import { type Shard, shardSteps } from "../evaluate/shard.ts";
import { joined } from "../evaluate/join_shards.ts";
import { type RobustnessOptions, type Search, searchOf } from "../evaluate/search.ts";
import { loadModel } from "../models/file.ts";
import type { Kind } from "./job.ts";

/** Which part, and what is looked for. The inputs are `model`, a saved one, and `examples`. */
export interface RobustnessRecipe {
  readonly options: Omit<RobustnessOptions, "now" | "onFooled" | "perExample">;
  /** Place of the first example, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Of how many examples, those that the smallest and the largest changes fool, the inputs are told that do; default none. */
  readonly shown?: number;
}

/** What is known of a part, ready for JSON: infinite sizes are null. */
export interface PartFound extends Omit<Shard, "standing"> {
  readonly standing: {
    readonly by: readonly (string | null)[];
    readonly size: readonly (number | null)[];
    readonly certified: readonly number[];
    readonly queries: readonly number[];
    readonly inside: readonly number[];
  };
  /** Inputs that fool the model, by their place in all examples. */
  readonly fooled: readonly (readonly [number, readonly number[]])[];
}

/** Examples of one job: seconds to minutes of work. */
export const PART = 500;

/** Parts of the worst case: what is found on one does not depend on where the others begin. */
export const robustnessPart: Kind<RobustnessRecipe> = {
  action: ({ from, to }) => `measure robustness on examples ${from} to ${to - 1}`,
  resumable: false,
  async perform({ recipe: { options, from, to, shown = 0 }, inputs }, bench): Promise<PartFound> {
    using model = loadModel(await bench.bytes(inputs.model));
    const examples = slice(await bench.batch(inputs.examples), from, to);
    const found = new Map<number, Float32Array>();
    const search = searchOf(model, {
      ...options,
      now: bench.now,
      ...(shown > 0 && { onFooled: (row: number, x: Float32Array) => void found.set(row, x.slice()) }),
    });
    const steps = shardSteps(model, examples, search, { from });
    for (let step = steps.next();; step = steps.next()) {
      if (!step.done) {
        bench.onProgress(step.value, "");
        await bench.turn();
        continue;
      }
      const { standing: { by, size, certified, queries, inside }, ...rest } = step.value;
      const nearest = [...found.keys()].sort((a, b) => size[a] - size[b] || a - b);
      const ends = nearest.filter((_, k) => k < shown || k >= nearest.length - shown);
      return {
        ...rest,
        standing: {
          by,
          size: Array.from(size, (each) => each < Infinity ? each : null),
          certified: [...certified],
          queries: [...queries],
          inside,
        },
        fooled: ends.map((row) => [from + row, [...found.get(row)!]]),
      };
    }
  },
};

/** The parts of `count` examples; with a time limit one, in which each attack in turn sees all. */
export function partsFor(recipe: Omit<RobustnessRecipe, "from" | "to">, count: number): RobustnessRecipe[] {
  const part = recipe.options.timeLimit === undefined ? PART : count;
  return Array.from({ length: Math.ceil(count / part) }, (_, k) => ({
    ...recipe,
    from: k * part,
    to: Math.min((k + 1) * part, count),
  }));
}

/** What is known of all examples, of which `parts` are, in their order. */
export function joinedParts(parts: readonly PartFound[], search: Search): Shard {
  return joined(
    parts.map(({ standing: { by, size, certified, queries, inside }, ...rest }) => ({
      ...rest,
      standing: {
        by: [...by],
        size: Float64Array.from(size, (each) => each ?? Infinity),
        certified: Float64Array.from(certified),
        queries: Int32Array.from(queries),
        inside,
      },
    })),
    search,
  );
}
