/** Claims of section 5: logistic regression, and weight decay. @module */

import { atLeast, atMost, clearlyLess } from "../ordering.ts";
import { type ClaimInPercent, CONTROLS, logits, NO_CLIP, OPEN, points, value } from "./common.ts";

/** Section 5: logistic regression, and weight decay. */
export const section5: readonly ClaimInPercent[] = [
  {
    id: "logistic.clean.error",
    kind: "published",
    section: "5",
    what: "Logistic regression on 3 and 7: error",
    paper: 1.6,
    conditions: "no weight decay, 30 epochs",
    tolerance: logits(0.2),
    fitted: "logistic regression",
  },
  {
    id: "logistic.fgsm.error",
    kind: "published",
    section: "5",
    what: "Logistic regression on 3 and 7, attacked: error",
    paper: 99,
    conditions: NO_CLIP,
    tolerance: logits(0.5),
    ordering: atLeast("logistic.fgsm.error", 90),
    fitted: "logistic regression",
    reason: {
      says: "the attack is exact here; longer training makes weights larger, and so the error",
      fits: (ours, paper) => ours > paper,
    },
  },
  {
    id: "logistic.closed form.gap",
    kind: "derived",
    section: "5",
    what: "Its attacked loss against softplus(ε‖w‖₁ − y(w·x + b)): largest gap",
    paper: 0,
    unit: "relative",
    conditions: "identity; float32 against float64, relative to the loss where that is above 1",
    tolerance: value(2e-5),
  },
  {
    id: "closed.adversarial.fgsm.error",
    kind: "own",
    section: "5",
    what: "Logistic regression trained on the closed form, attacked: error, below the plain one's",
    paper: null,
    conditions: OPEN,
    ordering: clearlyLess("closed.adversarial.fgsm.error", "closed.plain.fgsm.error", { images: 400 }),
  },
  {
    id: "closed.l1 0.25.training error",
    kind: "own",
    section: "5",
    what: "L1 decay of the same ε in its place: training error, above that of the closed form",
    paper: null,
    conditions: `λ = ε = .25; ${OPEN}, but says that decay overestimates what the attack can do`,
    ordering: clearlyLess("closed.adversarial.training error", "closed.l1 0.25.training error", {
      images: 2000,
    }),
  },
  {
    id: "decay.0.0025.training error",
    kind: "published",
    section: "5",
    what: "Maxout, L1 decay of .0025 on the first layer: training error",
    paper: 5,
    relation: "at least",
    conditions: `λ times the sum of |w|, added to the mean loss; a network that has learnt; ${CONTROLS}`,
    tolerance: points(0),
    // a network that gives all images one class errs on nine in ten
    provided: atMost("decay.0.0025.training error", 50),
    ordering: clearlyLess("decay.none.training error", "decay.0.0025.training error", { images: 5000 }),
  },
  {
    id: "decay.0.000025.clean.error",
    kind: "own",
    section: "5",
    what: "Maxout, L1 decay of .000025, which trains: clean error, no better than without decay",
    paper: null,
    conditions: `the paper found no benefit of smaller coefficients, without figures; ${CONTROLS}`,
    ordering: {
      says: "decay.none.clean.error ≤ decay.0.000025.clean.error",
      of: ["decay.none.clean.error", "decay.0.000025.clean.error"],
      holds: (ours) => (ours["decay.none.clean.error"] ?? NaN) <= (ours["decay.0.000025.clean.error"] ?? NaN),
    },
  },
  {
    id: "decay.0.000025.fgsm.error",
    kind: "own",
    section: "5",
    what: "Maxout with that decay, attacked: error, above the adversarially trained one's",
    paper: null,
    conditions: `${NO_CLIP}; ${CONTROLS}`,
    ordering: clearlyLess("decay.adversarial.fgsm.error", "decay.0.000025.fgsm.error"),
  },
];
