/** Experiment, section 5: weight decay in place of adversarial training. @module */

import { slice } from "../data/batch.ts";
import { measure } from "../evaluate/measure.ts";
import { errorsFigure } from "./errors_figure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { underAttack } from "./measures.ts";
import { COEFFICIENTS, decayed } from "./recipes/controls.ts";

/** Training examples on which a network's training error is measured. */
const SAMPLE = 5000;

/** Section 5: weight decay in place of adversarial training. */
export const decayExperiment: Experiment = {
  id: "decay",
  title: "Weight decay instead?",
  explains:
    "Adversarial training of a linear model resembles L1 decay, a price on the size of weights. On the " +
    "first layer of a maxout network the paper found a coefficient of .0025 too much already, and smaller " +
    "ones without benefit.",
  models: () => ["plainControl", "fgsmControl", ...COEFFICIENTS.map(decayed)],
  async run({ train: trainSet, test, model: trained }) {
    const sample = slice(trainSet, 0, SAMPLE);
    const measurements: Record<string, number | null> = {};
    const tried = [
      ["none", "no decay", "plainControl"],
      ...COEFFICIENTS.map((l1) => [`${l1}`, `L1 ${l1}`, decayed(l1)] as const),
      ["adversarial", "adversarial training", "fgsmControl"],
    ] as const;
    for (const [name, , model] of tried) {
      const each = await trained(model);
      measurements[`${name}.training error`] = percent(measure(each, sample).errorRate);
      measurements[`${name}.clean.error`] = percent(measure(each, test).errorRate);
      measurements[`${name}.fgsm.error`] = percent(
        underAttack(each, test).errorRate,
      );
    }
    return {
      measurements,
      figures: [errorsFigure(tried, measurements, {
        title: "L1 decay on the first layer, against adversarial training",
        caption:
          `Small maxout networks of equal recipes and epochs: errors, the last after one step of ε = ${EPSILON}.`,
        label: "Regulariser",
        quantities: [
          ["training error", "on training images"],
          ["clean.error", "on test images"],
          ["fgsm.error", `attacked, ε = ${EPSILON}`],
        ],
      })],
    };
  },
};
