/** Experiment, section 4 and appendix A: the shallow softmax. @module */

import { digitsFigure } from "./images.ts";
import type { Experiment } from "./experiment.ts";
import { rowPerClass, weightsFigure } from "./images.ts";
import { attackedInFloat32, cleanAttackedAndRubbish } from "./measures.ts";

/** Section 4 and appendix A: the shallow softmax. */
export const softmaxExperiment: Experiment = {
  id: "softmax",
  title: "Softmax regression under attack",
  explains:
    "Softmax regression has no hidden layer: its scores are weighted sums of pixels. Every pixel moves by " +
    "a quarter of the way from paper to ink, in the direction that raises the loss. The paper finds that " +
    "hardly one test image is then classified right, and that Gaussian noise is classified with " +
    "confidence.",
  models: () => ["softmax"],
  async run(context) {
    const model = await context.model("softmax");
    return {
      measurements: { ...cleanAttackedAndRubbish(model, context), ...attackedInFloat32(model, context) },
      figures: [
        weightsFigure(
          {
            id: "weights",
            title: "The weights of each class",
            caption:
              "Each pixel's weight for the digits from 0 to 9: one color speaks for the digit, the other against it. The sign " +
              "step goes along differences of these.",
          },
          rowPerClass(model.tensors().W),
          { columns: 10 },
        ),
        digitsFigure(model, context.test),
      ],
    };
  },
};
