/** Steps of training, through the public function. @module */

import { heap } from "../../src/runtime/variants.ts";
import { type Batch, type Family, matrix, slice, train, type TrainOptions } from "../../src/mod.ts";
import type { Subject } from "./measure.ts";
import { checkTraining, recipes } from "./models.ts";
import { forEachConfig, images, type Part, uniformFloats } from "./part.ts";

/** A training to be measured by its steps. */
export interface Training {
  readonly family: Family;
  readonly data: Batch;
  readonly options: TrainOptions;
}

/** The paper's trainings by the names of their rows. */
function trainings(quick: boolean): Record<string, Training> {
  const { softmax, maxout, adversarial, rbf } = recipes(quick ? 24 : undefined);
  const data = images(quick ? 400 : 1000);
  const dense = { ...data, x: matrix(data.x.rows, data.x.cols, uniformFloats(data.x.data.length, 0, 1)) };
  return {
    "softmax, batch 100": { ...softmax, data },
    "maxout, batch 100, dropout": { ...maxout, data },
    "maxout, inputs without zeros": { ...maxout, data: dense },
    "maxout, adversarial": { ...adversarial, data },
    "rbf, batch 200": { ...rbf, data },
  };
}

/** The trainings. */
export const training: Part = (setting) => {
  const all = trainings(setting.quick);
  return forEachConfig(setting, async (config) => {
    for (const { family, data, options } of Object.values(all)) {
      await checkTraining(family, slice(data, 0, family.recipe.batchSize), options);
    }
    return Object.entries(all).map(([name, one]): Subject => ({
      name,
      config,
      unit: "ms",
      amount: 1,
      sample: steps(one),
    }));
  });
};

/**
 * Times steps from the end of the first epoch on, so that neither the start nor cold code counts.
 *
 * @throws {Error} if a later epoch takes more memory than the first
 */
export function steps({ family, data, options }: Training): (calls: number) => Promise<number> {
  const perEpoch = Math.ceil(data.x.rows / (options.batchSize ?? family.recipe.batchSize));
  return async (calls) => {
    const epochs = Math.ceil(calls / perEpoch);
    const ends: number[] = [], memory: number[] = [];
    using _ = await train(family, data, {
      ...options,
      epochs: 1 + epochs,
      onProgress({ epochEnd }) {
        if (!epochEnd) return;
        ends.push(performance.now());
        memory.push(heap().exports.memory.buffer.byteLength);
      },
    });
    if (memory[0] !== memory.at(-1)) {
      throw new Error(`Cannot time training: its memory grows, from ${memory[0]} bytes to ${memory.at(-1)}`);
    }
    return (ends[epochs] - ends[0]) / 1000 * calls / (epochs * perEpoch);
  };
}
