/** Claims of section 4: the fast gradient sign method on trained models. @module */

import { atLeast, clearlyLess, less } from "../ordering.ts";
import { type ClaimInPercent, EDGE, EPOCHS, logits, NO_CLIP, points } from "./common.ts";

/** Section 4: the fast gradient sign method on trained models. */
export const section4: readonly ClaimInPercent[] = [
  {
    id: "softmax.fgsm.error",
    kind: "published",
    section: "4",
    what: "Softmax regression, attacked: error",
    paper: 99.9,
    conditions: `${NO_CLIP}; ten images of 10,000 are right, give or take a half by chance`,
    tolerance: logits(0.7),
    ordering: less("maxout.fgsm.error", "softmax.fgsm.error"),
    gradient: "exact",
    fitted: "softmax regression",
  },
  {
    id: "softmax.fgsm.confidence",
    kind: "published",
    section: "4",
    what: "Softmax regression, attacked: confidence on mistakes",
    paper: 79.3,
    conditions: `${NO_CLIP}; weights' norms at most 1.9365`,
    tolerance: { ...points(2.5), fitted: true },
    ordering: less("softmax.fgsm.confidence", "maxout.fgsm.confidence"),
    gradient: "exact",
    fitted: "softmax regression",
  },
  {
    id: "maxout.fgsm.error",
    kind: "published",
    section: "4",
    what: "Maxout network, attacked: error",
    paper: 89.4,
    conditions: NO_CLIP,
    tolerance: EDGE,
    ordering: clearlyLess("adversarial.fgsm.error", "maxout.fgsm.error"),
    gradient: "exact",
    reason: EPOCHS,
  },
  {
    id: "maxout.fgsm.confidence",
    kind: "published",
    section: "4",
    what: "Maxout network, attacked: confidence on mistakes",
    paper: 97.6,
    conditions: NO_CLIP,
    tolerance: EDGE,
    ordering: less("softmax.fgsm.confidence", "maxout.fgsm.confidence"),
    gradient: "exact",
  },
  {
    id: "maxout.fgsm clipped.error",
    kind: "own",
    section: "4",
    what: "Maxout network, attacked within the images' own range of 0 to 1: error, above half",
    paper: null,
    conditions: "ε .25 in L∞, true labels, clipped; the paper does not clip",
    ordering: atLeast("maxout.fgsm clipped.error", 50),
  },
  {
    id: "rotation.maxout.large.error",
    kind: "own",
    section: "4",
    what: "Maxout network, inputs turned by .65 toward the gradient: error, above half",
    paper: null,
    conditions:
      "an angle that moves images about as far as ε .25 does; the paper says reliably, without a figure",
    ordering: atLeast("rotation.maxout.large.error", 50),
  },
  {
    id: "rotation.softmax.small.error",
    kind: "own",
    section: "4",
    what: "Softmax regression, inputs turned by .3 toward the gradient: error, above half",
    paper: null,
    conditions: "the paper says reliably, without a figure",
    ordering: atLeast("rotation.softmax.small.error", 50),
  },
  {
    id: "curves.adversarialMaxout.half",
    kind: "own",
    section: "4",
    what:
      "The ε at which half of the images mislead the adversarially trained network, above the naive one's",
    paper: null,
    unit: "number",
    conditions: "under each network's own attack; .5, the largest tried, where it is not reached",
    ordering: less("curves.maxout.half", "curves.adversarialMaxout.half"),
  },
  {
    id: "curves.adversarialMaxout.worst",
    kind: "own",
    section: "4",
    what:
      "Adversarially trained, the greatest error over steps of up to .25, no clearly greater than at .25 itself",
    paper: null,
    conditions: "nine sizes of step tried, seven of them up to .25; trained against .25 alone",
    ordering: {
      says: "curves.adversarialMaxout.worst is at most five points above adversarial.fgsm.error",
      of: ["curves.adversarialMaxout.worst", "adversarial.fgsm.error"],
      holds: (ours) =>
        (ours["curves.adversarialMaxout.worst"] ?? NaN) <= (ours["adversarial.fgsm.error"] ?? NaN) + 5,
    },
  },
  {
    id: "lbfgs.maxout.shorter",
    kind: "own",
    section: "4",
    what: "The least sign step that misleads, as a multiple of what L-BFGS finds, in L2: above 1.5",
    paper: null,
    unit: "number",
    conditions: "where both mislead; sign steps of up to .5; ten images of each class, in a quick run two",
    ordering: atLeast("lbfgs.maxout.shorter", 1.5),
  },
];
