/** How the cost of an attack on a maxout network grows. @module */

import { type Batch, batch, fgsm, matrix, slice } from "../../src/mod.ts";
import { repeated, type Subject } from "./measure.ts";
import { ATTACK, families, verifiedModel } from "./models.ts";
import { forEachConfig, images, type Part, randomIntegers, uniformFloats } from "./part.ts";

/** How it grows with the batch, the inputs and the units: one is doubled or more, the others are as published. */
export const growth: Part = (setting) => {
  const most = setting.quick ? 2 : 4;
  const axes = [
    ...[1, 10, 100, 1000].slice(0, most).map((rows) => ({
      name: `batch ${rows}`,
      batch: slice(images(1000), 0, rows),
    })),
    ...[196, 392, 784, 1568].slice(0, most).map((inputs) => ({
      name: `${inputs} inputs`,
      batch: like(inputs),
    })),
    ...[60, 120, 240, 480].slice(0, most).map((units) => ({
      name: `${units} units`,
      units,
      batch: like(784),
    })),
  ];
  return forEachConfig(
    setting,
    (config) =>
      axes.map(({ name, batch, units }: { name: string; batch: Batch; units?: number }): Subject => {
        const model = verifiedModel(families({ units, inputs: batch.x.cols }).maxout, batch);
        return {
          name,
          config,
          unit: "µs",
          amount: 1,
          sample: repeated(() => void fgsm.perturb(model, batch, ATTACK)),
        };
      }),
  );
};

/** A batch of 100 with a fifth of its inputs not 0, as digits have. */
function like(inputs: number): Batch {
  const data = uniformFloats(100 * inputs, -4, 1).map((value) => Math.max(value, 0));
  return batch({ x: matrix(100, inputs, data), labels: randomIntegers(100, 10), classes: 10 });
}
