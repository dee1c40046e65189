/** Experiment, section 5: adversarial training in closed form, against L1 decay. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { losses } from "../loss.ts";
import { measure } from "../evaluate/measure.ts";
import type { Model } from "../models/model.ts";
import { errorsFigure } from "./errors_figure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { threesAndSevens } from "./examples.ts";
import { decayedLogistic, DECAYS } from "./recipes/shallow.ts";

/** Names in the figure. */
const WORDS: Readonly<Record<string, string>> = {
  plain: "no regulariser",
  adversarial: `closed form, ε = ${EPSILON}`,
};

/** Section 5: adversarial training in closed form, against L1 decay. */
export const logisticDecayExperiment: Experiment = {
  id: "closed",
  title: "Closed-form adversarial training against L1 decay",
  explains:
    "For logistic regression the worst loss within ±ε is softplus(ε‖w‖₁ − y(w·x + b)): the weights' size " +
    "is subtracted from each example's margin before the loss is taken. L1 decay adds λ‖w‖₁ to the loss " +
    "instead. The paper says that the first price fades for examples classified with a margin to spare, " +
    "and the second never does.",
  models: () => ["logistic", "adversarialLogistic", ...DECAYS.map(decayedLogistic)],
  async run({ train: trainSet, test, model: trained }) {
    const [own, examples] = [threesAndSevens(trainSet), threesAndSevens(test)];
    const tried: [string, string][] = [
      ["plain", "logistic"],
      ["adversarial", "adversarialLogistic"],
      ...DECAYS.map((l1): [string, string] => [`l1 ${l1}`, decayedLogistic(l1)]),
    ];
    const measurements: Record<string, number | null> = {};
    for (const [name, key] of tried) {
      const model = await trained(key);
      const worst = (batch: typeof own) => fgsm(model, batch, { epsilon: EPSILON });
      const meanLoss = losses(model, worst(own)).reduce((sum, loss) => sum + loss, 0) / own.labels.length;
      Object.assign(measurements, {
        [`${name}.training error`]: percent(measure(model, own).errorRate),
        [`${name}.worst training loss`]: meanLoss,
        [`${name}.clean.error`]: percent(measure(model, examples).errorRate),
        [`${name}.fgsm.error`]: percent(measure(model, worst(examples)).errorRate),
        [`${name}.weights`]: sizeOf(model),
      });
    }
    return {
      measurements,
      figures: [
        errorsFigure(
          tried.map(([name]) => [name, WORDS[name] ?? name.replace("l1 ", "L1, λ = ")]),
          measurements,
          {
            title: "Logistic regression on 3 and 7: adversarial training and L1 decay",
            caption:
              `Clean and attacked error on test images. Adversarial training is on the closed form with ε = ${EPSILON}; decay has the ` +
              "coefficients shown, the first of them ε itself.",
            label: "Trained with",
          },
        ),
      ],
    };
  },
};

function sizeOf(model: Model): number {
  return Float64Array.from(model.tensors().W.data).reduce((sum, value) => sum + Math.abs(value), 0);
}
