/** Experiment, section 7 and appendix A: RBF networks, shallow and deeper. @module */

import { slice } from "../data/batch.ts";
import { measure } from "../evaluate/measure.ts";
import { digitsFigure } from "./images.ts";
import { type Experiment, percent } from "./experiment.ts";
import { imagesFigure, rowPerClass } from "./images.ts";
import { attackedInFloat32, cleanAndAttacked, cleanAttackedAndRubbish } from "./measures.ts";

/** Training examples on which a network's training error is measured. */
const SAMPLE = 10000;

/** Section 7 and appendix A: RBF networks, shallow and deeper. */
export const rbfExperiment: Experiment = {
  id: "rbf",
  title: "RBF networks",
  explains:
    "Each class of an RBF network has a prototype, and its probability falls off with the distance to it. " +
    "The paper finds that such a network can be attacked, but hardly believes itself where it errs, and " +
    "takes no noise for a digit; and that deeper ones are hard to train.",
  models: () => ["rbf", "deepRbf", "deepRbfSgd", "maxout"],
  async run(context) {
    const { model: trained } = context;
    const sample = slice(context.train, 0, SAMPLE);
    const trainingError = async (name: string) => percent(measure(await trained(name), sample).errorRate);
    const shallow = await trained("rbf");
    const deep = cleanAndAttacked(await trained("deepRbf"), context);
    return {
      measurements: {
        ...cleanAttackedAndRubbish(shallow, context),
        ...attackedInFloat32(shallow, context),
        "training error": await trainingError("rbf"),
        ...Object.fromEntries(Object.entries(deep).map(([name, value]) => [`deep.${name}`, value])),
        "deep.training error": await trainingError("deepRbf"),
        "deep by SGD.training error": await trainingError("deepRbfSgd"),
        "maxout.training error": await trainingError("maxout"),
      },
      figures: [
        imagesFigure(
          {
            id: "prototypes",
            title: "The prototype of each class",
            caption:
              "What each unit is surest of, the digits from 0 to 9: its probability falls with the distance from there.",
          },
          rowPerClass(shallow.tensors().mu),
          { columns: 10, range: [0, 1] },
        ),
        digitsFigure(shallow, context.test),
      ],
    };
  },
};
