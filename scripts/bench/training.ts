/** Steps of training, through the public function. @module */

import {
  type Batch,
  type Family,
  fgsm,
  matrix,
  perturbation,
  slice,
  train,
  type TrainOptions,
} from "../../src/mod.ts";
import type { Subject } from "./measure.ts";
import { checkTraining, EPSILON, families, RECIPES } from "./models.ts";
import { acrossConfigs, images, type Part, reals } from "./part.ts";

/** A training to be measured by its steps. */
export interface Training {
  readonly name: string;
  readonly family: Family;
  readonly data: Batch;
  readonly options: TrainOptions;
}

/** What the paper trains. */
export function trainings(quick: boolean): Training[] {
  const { softmax, maxout, rbf } = families({ units: quick ? 24 : 240 });
  const data = images(quick ? 400 : 1000);
  const adversarial = { ...RECIPES.maxout, perturbation: perturbation(fgsm, { epsilon: EPSILON }) };
  const dense = { ...data, x: matrix(data.x.rows, data.x.cols, reals(data.x.data.length, 0, 1)) };
  return [
    { name: "softmax, batch 100", family: softmax, data, options: RECIPES.softmax },
    { name: "maxout, batch 100, dropout", family: maxout, data, options: RECIPES.maxout },
    { name: "maxout, inputs without zeros", family: maxout, data: dense, options: RECIPES.maxout },
    { name: "maxout, adversarial", family: maxout, data, options: adversarial },
    { name: "rbf, batch 200", family: rbf, data, options: RECIPES.rbf },
  ];
}

/** The trainings. */
export const training: Part = (setting) => {
  const all = trainings(setting.quick);
  return acrossConfigs(setting, async (config) => {
    for (const { family, data, options } of all) {
      await checkTraining(family, slice(data, 0, family.recipe.batchSize), options);
    }
    return all.map((one): Subject => ({ name: one.name, config, unit: "ms", amount: 1, sample: steps(one) }));
  });
};

/** Times steps from the end of the first epoch on, so that neither the start nor cold code counts. */
export function steps({ family, data, options }: Training): (calls: number) => Promise<number> {
  const perEpoch = Math.ceil(data.x.rows / (options.batchSize ?? family.recipe.batchSize));
  return async (calls) => {
    const epochs = Math.ceil(calls / perEpoch);
    const ends: number[] = [];
    using _ = await train(family, data, {
      ...options,
      epochs: 1 + epochs,
      onProgress: ({ epochEnd }) => void (epochEnd && ends.push(performance.now())),
    });
    return (ends[epochs] - ends[0]) / 1000 * calls / (epochs * perEpoch);
  };
}
