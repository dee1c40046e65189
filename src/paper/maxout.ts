/** Experiment, section 4 and appendix A: the deep maxout network. @module */

import { digitsFigure, sumFigure } from "./images.ts";
import { type Experiment, percent } from "./experiment.ts";
import { attackedInFloat32, cleanAttackedAndRubbish, underAttack } from "./measures.ts";

/** Section 4 and appendix A: the deep maxout network. */
export const maxoutExperiment: Experiment = {
  id: "maxout",
  title: "A deep maxout network under attack",
  explains:
    "A maxout unit gives the greatest of several weighted sums, so the network is linear over wide ranges " +
    "of its input. The paper blames this linearity for the errors under attack. The exact gradient is " +
    "taken here; that of plain float32 arithmetic loses its main term where a probability rounds to 1, " +
    "and is the second column.",
  models: () => ["maxout"],
  async run(context) {
    const model = await context.model("maxout");
    const { test } = context;
    const clipped = underAttack(model, test, { bounds: [0, 1] });
    return {
      measurements: {
        ...cleanAttackedAndRubbish(model, context),
        ...attackedInFloat32(model, context),
        "fgsm clipped.error": percent(clipped.errorRate),
        "fgsm clipped.confidence": percent(clipped.confidenceOnErrors),
      },
      figures: [sumFigure(model, test), digitsFigure(model, test)],
    };
  },
};
