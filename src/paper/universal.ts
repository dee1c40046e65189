/** Experiment, section 8: perturbations of other examples. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { signNoise } from "../attacks/noise.ts";
import { type Batch, slice } from "../data/batch.ts";
import { matrix } from "../matrix.ts";
import { measure } from "../evaluate/measure.ts";
import { added, displaced, meanPerturbation, withPerturbation } from "../evaluate/perturbations.ts";
import { MODEL_NAMES } from "./names.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { firstOfEach, rowOf, weightsFigure } from "./images.ts";

/** Section 8: perturbations of other examples. */
export const universalExperiment: Experiment = {
  id: "universal",
  title: "Perturbations of other images",
  explains:
    "If the direction matters more than the point, what was made for one image should harm others. Each " +
    "test image is given the perturbation of another one; then all of them that of a single image; and " +
    "then the mean of those that training images got.",
  models: () => ["maxout", "softmax"],
  async run({ train: trainSet, test, model: trained }) {
    const measurements: Record<string, number | null> = {};
    const shown = [];
    for (const name of ["maxout", "softmax"]) {
      const model = await trained(name);
      const errorOn = (examples: Batch) => measure(model, examples);
      const attacked = fgsm(model, test, { epsilon: EPSILON });
      // half way around, so that it is of another image of whatever class
      const by = Math.floor(test.labels.length / 2);
      const displacements = added(attacked);
      const others = errorOn(displaced(displacements, test, { by }));
      // of the first image of each class in turn
      const ones = firstOfEach(test, 1).map((i) => {
        const one = matrix(1, test.x.cols, rowOf(displacements, i));
        return errorOn(withPerturbation(test, one)).errorRate;
      });
      const known = fgsm(model, slice(trainSet, 0, test.labels.length), { epsilon: EPSILON });
      const mean = meanPerturbation(added(known));
      const universal = errorOn(withPerturbation(test, meanPerturbation(added(known), { epsilon: EPSILON })));
      Object.assign(measurements, {
        [`${name}.clean.error`]: percent(errorOn(test).errorRate),
        [`${name}.own.error`]: percent(errorOn(attacked).errorRate),
        [`${name}.another's.error`]: percent(others.errorRate),
        [`${name}.another's.confidence`]: percent(others.confidenceOnErrors),
        [`${name}.one image's.error`]: percent(ones.reduce((sum, each) => sum + each, 0) / ones.length),
        [`${name}.mean.error`]: percent(errorOn(withPerturbation(test, mean)).errorRate),
        [`${name}.sign of mean.error`]: percent(universal.errorRate),
        [`${name}.sign of mean.confidence`]: percent(universal.confidenceOnErrors),
        [`${name}.noise.error`]: percent(errorOn(signNoise(model, test, { epsilon: EPSILON })).errorRate),
      });
      shown.push({ values: mean.data, label: MODEL_NAMES[name] });
    }
    const kinds = ["clean", "noise", "mean", "sign of mean", "one image's", "another's", "own"] as const;
    return {
      measurements,
      figures: [
        {
          kind: "bars",
          id: "errors",
          title: "Error with perturbations that were not made for the image",
          caption:
            `All but the clean images and the bare mean are moved by ±${EPSILON} a pixel: at random; all by the sign of the mean ` +
            "perturbation of training images; all by what was made for one image, the mean of ten trials; each by what was made " +
            "for another; each by its own.",
          x: { label: "Perturbation" },
          y: { label: "Error", unit: "%", domain: [0, 100] },
          groups: ["maxout", "softmax"].map((name) => ({
            name: MODEL_NAMES[name],
            values: kinds.map((x) => ({ x, value: measurements[`${name}.${x}.error`]! })),
          })),
        },
        weightsFigure(
          {
            id: "mean",
            title: "The mean perturbation",
            caption: "The mean of the perturbations that training images got, against each model.",
          },
          shown,
          { columns: 2 },
        ),
      ],
    };
  },
};
