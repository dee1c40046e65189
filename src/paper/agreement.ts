/** Experiment, section 8: whose mistakes are alike? @module */

import { fgsm } from "../attacks/fgsm.ts";
import { agreement } from "../evaluate/agreement.ts";
import { predict } from "../predict.ts";
import { MODEL_NAMES } from "./names.ts";
import { EPSILON, type Experiment, type Measurements, percent } from "./experiment.ts";

/** Section 8: whose mistakes are alike? */
export const agreementExperiment: Experiment = {
  id: "agreement",
  title: "Do different models make the same mistakes?",
  explains:
    "Adversarial examples made for the maxout network are shown to models that it knows nothing of. The " +
    "paper finds that softmax regression then often gives the very same wrong class, and an RBF network " +
    "less often, and takes this as a sign that networks learn something like one linear classifier.",
  models: () => ["maxout", "softmax", "rbf"],
  async run({ test, model: trained }) {
    const [deep, linear, radial] = [await trained("maxout"), await trained("softmax"), await trained("rbf")];
    const { x, labels } = fgsm(deep, test, { epsilon: EPSILON });
    const said = { maxout: predict(deep, x), softmax: predict(linear, x), rbf: predict(radial, x) };
    const [maxout, softmax, rbf] = [said.maxout.predicted, said.softmax.predicted, said.rbf.predicted];
    const [withSoftmax, withRbf] = [
      agreement(maxout, softmax, { labels }),
      agreement(maxout, rbf, { labels }),
    ];
    const single = fgsm(deep, test, { epsilon: EPSILON, gradient: "float32" }).x;
    const inFloat32 = agreements(
      [deep, linear, radial].map((each) => predict(each, single).predicted),
      labels,
    );

    // what RBF says where the two others err
    const both = Array.from(labels.keys()).filter((i) => maxout[i] !== labels[i] && softmax[i] !== labels[i]);
    const share = (holds: (i: number) => boolean, of = both) =>
      of.length > 0 ? percent(of.filter(holds).length / of.length) : null;
    const alike = both.filter((i) => maxout[i] === softmax[i]);
    const confidence = both.length > 0
      ? percent(both.reduce((sum, i) => sum + said.rbf.confidence[i], 0) / both.length)
      : null;
    const answers = {
      "the true class": share((i) => rbf[i] === labels[i]),
      "that of both": share((i) => rbf[i] === maxout[i] && rbf[i] === softmax[i]),
      "maxout's only": share((i) => rbf[i] === maxout[i] && rbf[i] !== softmax[i]),
      "softmax's only": share((i) => rbf[i] === softmax[i] && rbf[i] !== maxout[i]),
      "one of its own": share((i) => ![labels[i], maxout[i], softmax[i]].includes(rbf[i])),
    };
    return {
      measurements: {
        ...agreements([maxout, softmax, rbf], labels),
        ...Object.fromEntries(
          Object.entries(inFloat32).map(([name, value]) => [`${name} in float32`, value]),
        ),
        "where both err.examples": percent(both.length / labels.length),
        "where both err.rbf right": answers["the true class"],
        "where both err.rbf as maxout": share((i) => rbf[i] === maxout[i]),
        "where both err.rbf as softmax": share((i) => rbf[i] === softmax[i]),
        "where both err.rbf of its own": answers["one of its own"],
        "where both err.rbf confidence": confidence,
        "where both say the same.rbf too": share((i) => rbf[i] === maxout[i], alike),
      },
      figures: [{
        kind: "matrix",
        id: "agreement",
        title: "Agreement with the maxout network's mistakes",
        caption:
          `Of the adversarial examples (ε = ${EPSILON}) that mislead the maxout network: how often another model gives the ` +
          "same wrong class, how often it errs, and how often it gives the same class if it errs.",
        rows: [MODEL_NAMES.softmax, MODEL_NAMES.rbf],
        columns: ["gives the same class", "errs", "the same class, if it errs"],
        values: [withSoftmax, withRbf].map(({ onMistakes, errorOnMistakes, bothWrong }) =>
          [onMistakes, errorOnMistakes, bothWrong].map(percent)
        ),
        rowLabel: "Model",
        columnLabel: "On maxout's mistakes, it",
        unit: "%",
      }, {
        kind: "bars",
        id: "rbf",
        title: "What the RBF network says where maxout and softmax are both wrong",
        caption: "The paper leaves this open. Shares of the images on which both linear models err.",
        x: { label: "The RBF network gives" },
        y: { label: "Share", unit: "%" },
        groups: [{
          name: MODEL_NAMES.rbf,
          values: Object.entries(answers).map(([x, value]) => ({ x, value })),
        }],
      }],
    };
  },
};

/** Agreement in percent, from what maxout, softmax regression and the RBF network take the same examples for. */
function agreements([maxout, softmax, rbf]: readonly Int32Array[], labels: Int32Array): Measurements {
  const [withSoftmax, withRbf] = [agreement(maxout, softmax, { labels }), agreement(maxout, rbf, { labels })];
  return {
    "softmax.on mistakes": percent(withSoftmax.onMistakes),
    "rbf.on mistakes": percent(withRbf.onMistakes),
    "softmax.both wrong": percent(withSoftmax.bothWrong),
    "rbf.both wrong": percent(withRbf.bothWrong),
    "softmax.error on mistakes": percent(withSoftmax.errorOnMistakes),
    "rbf.error on mistakes": percent(withRbf.errorOnMistakes),
    "rbf with softmax.both wrong": percent(agreement(softmax, rbf, { labels }).bothWrong),
  };
}
