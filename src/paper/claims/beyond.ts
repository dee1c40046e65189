/** Claims beyond the paper: its conclusions (section 10) under many attacks. @module */

import { SAMPLE as images } from "../beyond.ts";
import { atLeast, clearlyLess } from "../ordering.ts";
import type { ClaimInPercent } from "./common.ts";

const MANY =
  "L∞, no bounds; the worst of one step, many steps on the model's loss and on the margin, and random signs";
const AT_QUARTER = `ε .25 in ${MANY}`;
const AT_TENTH = `ε .1 in ${MANY}`;

/**
 * Conclusions of the paper's section 10, asked again. Two of the twelve are not here: that adversarial training regularises
 * more than dropout is about clean images, and that models easy to optimise are easy to perturb has no figure.
 */
export const beyond: readonly ClaimInPercent[] = [
  {
    id: "beyond.maxout.small.one step's share",
    kind: "own",
    section: "10",
    what:
      "Models are too linear: of what many attacks make a maxout network err on, one step does half or more",
    paper: null,
    conditions: AT_TENTH,
    ordering: atLeast("beyond.maxout.small.one step's share", 50),
  },
  {
    id: "beyond.softmax.transferred.error",
    kind: "own",
    section: "10",
    what:
      "Examples generalise across models: softmax regression on what many steps made against maxout, above random signs",
    paper: null,
    conditions: "ε .25 in L∞, no bounds; 40 steps on the margin",
    ordering: clearlyLess("beyond.softmax.noise.error", "beyond.softmax.transferred.error", { images }),
  },
  {
    id: "beyond.maxout.stretched.share",
    kind: "own",
    section: "10",
    what:
      "The direction matters, not the point: of the images that many steps mislead maxout on, nine in ten and more still do farther along",
    paper: null,
    conditions:
      "40 steps on the margin, ε .25 in L∞; the whole perturbation times 1.25, 1.5 and 2, at all of which it errs",
    ordering: atLeast("beyond.maxout.stretched.share", 90),
  },
  {
    id: "beyond.maxout.universal.error",
    kind: "own",
    section: "10",
    what: "Perturbations carry over to other images: one for all, found by many steps, above random signs",
    paper: null,
    conditions: "ε .25 in L∞, no bounds; found on 250 training images",
    ordering: clearlyLess("beyond.maxout.noise.error", "beyond.maxout.universal.error"),
  },
  {
    id: "beyond.adversarialMaxout.attacked.error",
    kind: "own",
    section: "10",
    what:
      "Fast attacks suffice: adversarially trained maxout errs under many attacks at most twice as often as under one step",
    paper: null,
    conditions: AT_QUARTER,
    ordering: atLeast("beyond.adversarialMaxout.one step's share", 50),
  },
  {
    id: "beyond.adversarialMaxout.small.attacked.error",
    kind: "own",
    section: "10",
    what:
      "Noise does not do what adversarial training does: adversarially trained maxout errs less than one trained on noise",
    paper: null,
    conditions: AT_TENTH,
    ordering: clearlyLess(
      "beyond.adversarialMaxout.small.attacked.error",
      "beyond.signNoiseMaxout.small.attacked.error",
      { images },
    ),
  },
  {
    id: "beyond.softmax.small.attacked.error",
    kind: "own",
    section: "10",
    what: "Linear models cannot resist: softmax regression errs more than adversarially trained maxout",
    paper: null,
    conditions: AT_TENTH,
    ordering: clearlyLess(
      "beyond.adversarialMaxout.small.attacked.error",
      "beyond.softmax.small.attacked.error",
      { images },
    ),
  },
  {
    id: "beyond.rbf.attacked.error",
    kind: "own",
    section: "10",
    what: "RBF networks resist: error below the maxout network's",
    paper: null,
    conditions: AT_QUARTER,
    ordering: clearlyLess("beyond.rbf.attacked.error", "beyond.maxout.attacked.error", { images }),
  },
  {
    id: "beyond.rbf.small.not excluded.error",
    kind: "own",
    section: "10",
    what:
      "The same at a smaller size, as a certificate has it: error that is not excluded, below softmax regression's error",
    paper: null,
    conditions: "ε .1 in L∞, no bounds; both exact",
    ordering: clearlyLess(
      "beyond.rbf.small.not excluded.error",
      "beyond.softmax.small.not excluded.error",
      { images },
    ),
  },
  {
    id: "beyond.mpDbm.attacked.error",
    kind: "own",
    section: "10",
    what: "Models of the input's distribution do not resist: the Boltzmann machine's error, 90 % or more",
    paper: null,
    conditions: AT_QUARTER,
    ordering: atLeast("beyond.mpDbm.attacked.error", 90),
  },
  {
    id: "beyondEnsemble.attacked.error",
    kind: "own",
    section: "10",
    what: "Ensembles do not resist: error of twelve together, 90 % or more",
    paper: null,
    conditions: AT_QUARTER,
    ordering: atLeast("beyondEnsemble.attacked.error", 90),
  },
];
