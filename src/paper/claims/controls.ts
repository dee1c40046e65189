/** Claims of section 6: training on other perturbations. @module */

import { clearlyLess, less } from "../ordering.ts";
import { type ClaimInPercent, CONTROLS } from "./common.ts";

/** Section 6: training on other perturbations. */
export const section6Controls: readonly ClaimInPercent[] = [
  {
    id: "controls.through rotation.fgsm.error",
    kind: "own",
    section: "6",
    what: "Trained through small rotations, attacked: error, above that of training on the sign step",
    paper: null,
    conditions:
      `angle .1, gradient through the attack; ${CONTROLS}; the paper says nearly as much, without a figure`,
    ordering: clearlyLess("controls.fgsm.fgsm.error", "controls.through rotation.fgsm.error"),
  },
  {
    id: "controls.through gradient.fgsm.error",
    kind: "own",
    section: "6",
    what: "Trained through the scaled gradient, attacked: error, above that of training on the sign step",
    paper: null,
    conditions: `.3 ∇ₓJ added, gradient through it; ${CONTROLS}; without a figure in the paper`,
    ordering: clearlyLess("controls.fgsm.fgsm.error", "controls.through gradient.fgsm.error"),
  },
  {
    id: "controls.hidden.activation",
    kind: "own",
    section: "6",
    what: "Sign step on the first hidden layer: its activations, above the plain network's",
    paper: null,
    unit: "number",
    conditions: `ε .25 on unbounded units; ${CONTROLS}; without a figure in the paper`,
    ordering: less("controls.plain.activation", "controls.hidden.activation"),
  },
  {
    id: "controls.hidden.fgsm.error",
    kind: "own",
    section: "6",
    what: "Trained on a sign step on the first hidden layer, attacked: error, above that of the input's",
    paper: null,
    conditions: `${CONTROLS}; without a figure in the paper`,
    ordering: clearlyLess("controls.fgsm.fgsm.error", "controls.hidden.fgsm.error"),
  },
  {
    id: "controls.last hidden.training error",
    kind: "own",
    section: "6",
    what: "Trained on a sign step on the last hidden layer: training error, above the plain network's",
    paper: null,
    conditions: `${CONTROLS}; the paper says that it underfits, without a figure`,
    ordering: clearlyLess("controls.plain.training error", "controls.last hidden.training error", {
      images: 5000,
    }),
  },
  {
    id: "controls.last hidden.fgsm.error",
    kind: "own",
    section: "6",
    what: "Trained on a sign step on the last hidden layer, attacked: error, above that of the first's",
    paper: null,
    conditions: `${CONTROLS}; the paper's best results never did it, without a figure`,
    ordering: clearlyLess("controls.hidden.fgsm.error", "controls.last hidden.fgsm.error"),
  },
  {
    id: "controls.hidden rotation.fgsm.error",
    kind: "own",
    section: "6",
    what:
      "Trained on rotations of the first hidden layer, attacked: error, above that of the input's sign step",
    paper: null,
    conditions: `angle .1; ${CONTROLS}; the paper says that it regularises far less, without a figure`,
    ordering: clearlyLess("controls.fgsm.fgsm.error", "controls.hidden rotation.fgsm.error"),
  },
];
