import { fgsm } from "../attacks/fgsm.ts";
import { softplusForward } from "../kernels/elementwise.ts";
import { losses } from "../loss.ts";
import { matrix } from "../matrix.ts";
import { measure } from "../measure/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { pair } from "./pair.ts";

/** Section 5: on 3 against 7 the method is exact, so its loss has a closed form. */
export const logisticExperiment: Experiment = {
  id: "logistic",
  title: "On logistic regression the method is exact",
  explains:
    "Of two classes, logistic regression looks at one weighted sum of pixels. The worst that pixels can do to it within " +
    "±ε is known exactly: ε times the sum of the weights' sizes, against the true class. The fast gradient sign method " +
    "finds just that, so that its loss has a closed form, and training against it could be done without any attack.",
  models: () => ["logistic"],
  async run({ test, trained }) {
    const model = await trained("logistic");
    const examples = pair(test);
    const attacked = fgsm(model, examples, { epsilon: EPSILON });

    // softplus(ε‖w‖₁ − y (w·x + b)), with the label's sign where the paper's print drops it
    const { W, b: { data: [b] } } = model.tensors();
    const w = Float64Array.from(W.data);
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
    return {
      measurements: {
        "clean.error": percent(measure(model, examples).errorRate),
        "fgsm.error": percent(measure(model, attacked).errorRate),
        "closed form.gap": gaps.reduce((a, b) => Math.max(a, b), 0),
      },
    };
  },
};
