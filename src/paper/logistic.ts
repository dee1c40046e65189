/** Experiment, section 5: on 3 against 7 the method is exact, so its loss has a closed form. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { select } from "../data/batch.ts";
import { softplusForward } from "../kernels/elementwise.ts";
import { losses } from "../loss.ts";
import { matrix } from "../matrix.ts";
import { measure } from "../evaluate/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { answered, firstOfEach, type Image, imagesFigure, weightsFigure } from "./images.ts";
import { PAIR, threesAndSevens } from "./examples.ts";

/** Section 5: on 3 against 7 the method is exact, so its loss has a closed form. */
export const logisticExperiment: Experiment = {
  id: "logistic",
  title: "Logistic regression: the attack is exact",
  explains:
    "Of two classes, logistic regression looks at one weighted sum of pixels. The worst that pixels can " +
    "do to it within ±ε is known exactly: ε times the sum of the weights' sizes, against the true class. " +
    "The fast gradient sign method finds just that, so that its loss has a closed form.",
  models: () => ["logistic"],
  async run({ test, model: trained }) {
    const model = await trained("logistic");
    const examples = threesAndSevens(test);
    const attacked = fgsm(model, examples, { epsilon: EPSILON });

    // softplus(ε‖w‖₁ − y (w·x + b)), with the label's sign where the paper's print drops it
    const { W, b: { data: [b] } } = model.tensors();
    const w = Float64Array.from(W.data);
    const most = w.reduce((m, value) => Math.max(m, Math.abs(value)), 0);
    const norm = w.reduce((sum, value) => sum + Math.abs(value), 0);
    const worst = matrix(examples.labels.length, 1);
    examples.labels.forEach((label, i) => {
      const y = label === 1 ? 1 : -1;
      const margin = w.reduce((sum, value, j) => sum + value * examples.x.data[i * w.length + j], 0) + b;
      worst.data[i] = EPSILON * norm - y * margin;
    });
    softplusForward(worst, worst);
    const gaps = losses(model, attacked).map((loss, i) =>
      Math.abs(loss - worst.data[i]) / Math.max(1, worst.data[i])
    );
    const shown = select(examples, firstOfEach(examples, 5));
    const stepped = fgsm(model, shown, { epsilon: EPSILON });
    // classes 0 and 1 stand for the digits 3 and 7
    const digits = (images: readonly Image[]) =>
      images.map(({ label = "", ...image }) => ({ ...image, label: `${PAIR[+label[0]]}${label.slice(1)}` }));
    const [clean, misled] = [examples, attacked].map((each) => measure(model, each).errorRate);
    return {
      figures: [
        weightsFigure(
          {
            id: "weights",
            title: "The weights, and their signs",
            caption:
              "Left, the weight of each pixel: one color speaks for a 7, the other for a 3. Right, the weights' signs alone: the " +
              "direction in which every image is moved.",
          },
          [{ values: W.data }, { values: Float32Array.from(W.data, (v) => most * Math.sign(v)) }],
          {
            columns: 2,
          },
        ),
        imagesFigure(
          {
            id: "digits",
            title: "Threes and sevens before and after the attack",
            caption:
              "Above as they are, below with every pixel moved by ε = .25 up or down. Under each: what the regression takes it for, and how " +
              "surely; framed where it is right.",
          },
          [...digits(answered(model, shown)), ...digits(answered(model, stepped))],
          {
            columns: 10,
            range: [-EPSILON, 1 + EPSILON],
          },
        ),
      ],
      measurements: {
        "clean.error": percent(clean),
        "fgsm.error": percent(misled),
        "closed form.gap": gaps.reduce((a, b) => Math.max(a, b), 0),
      },
    };
  },
};
