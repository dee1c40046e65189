/** Claims of section 9: ensembles, and generative training. @module */

import { atLeast, clearlyLess, less } from "../ordering.ts";
import { type ClaimInPercent, CLEAN, CLEAN_ERROR, EDGE, EPOCHS, NO_CLIP } from "./common.ts";

const RULE = "mean of probabilities, scored on the ensemble; the paper does not name its rule";

/** Section 9: ensembles, and generative training. */
export const section9: readonly ClaimInPercent[] = [
  {
    id: "ensemble.whole.error",
    kind: "published",
    section: "9",
    what: "Ensemble of 12 maxout networks, attacked whole: error",
    paper: 91.1,
    conditions: `${NO_CLIP}; ${RULE}`,
    tolerance: EDGE,
    ordering: clearlyLess("ensemble.single.error", "ensemble.whole.error"),
    gradient: "exact",
    reason: EPOCHS,
  },
  {
    id: "ensemble.single.error",
    kind: "published",
    section: "9",
    what: "The same ensemble, attacked through one member: error",
    paper: 87.9,
    conditions: `${NO_CLIP}; ${RULE}`,
    tolerance: EDGE,
    ordering: clearlyLess("ensemble.single.error", "ensemble.whole.error"),
    gradient: "exact",
    reason: EPOCHS,
  },
  {
    id: "generative.mpDbm.clean.error",
    kind: "published",
    section: "9",
    what: "Multi-prediction deep Boltzmann machine: error",
    paper: 0.88,
    conditions:
      "classified by its own mean field of 3 iterations; the paper's was larger and trained for hundreds of epochs",
    tolerance: CLEAN_ERROR,
    ordering: less("generative.mpDbm.clean.error", "maxout.clean.error"),
    reason: CLEAN,
  },
  {
    id: "generative.mpDbm.fgsm.error",
    kind: "published",
    section: "9",
    what: "Multi-prediction deep Boltzmann machine, attacked: error",
    paper: 97.5,
    conditions: `${NO_CLIP}; the gradient through all iterations of its mean field`,
    tolerance: EDGE,
    ordering: clearlyLess("maxout.fgsm.error", "generative.mpDbm.fgsm.error"),
    gradient: "exact",
  },
  {
    id: "generative.classRbm.fgsm.error",
    kind: "own",
    section: "9",
    what: "Stand-in: classification RBM trained generatively, attacked: error, above 90 %",
    paper: null,
    conditions: `${NO_CLIP}; not in the paper, whose 97.5 % is the Boltzmann machine's`,
    ordering: atLeast("generative.classRbm.fgsm.error", 90),
  },
];
