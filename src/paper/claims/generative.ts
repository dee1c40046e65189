import { atLeast, type ClaimInPercent, every, less } from "../claim.ts";
import { NO_CLIP } from "./conditions.ts";

/** Section 9: generative training. */
export const section9Generative: readonly ClaimInPercent[] = [
  {
    id: "generative.mpDbm.clean.error",
    section: "9",
    what: "Multi-prediction deep Boltzmann machine: error",
    paper: 0.88,
    conditions:
      "classified by its own mean field of 3 iterations; the paper's was larger and trained for hundreds of epochs",
    tolerance: 0.2,
    ordering: less("generative.mpDbm.clean.error", "generative.mpDbm.fgsm.error"),
  },
  {
    id: "generative.mpDbm.fgsm.error",
    section: "9",
    what: "Multi-prediction deep Boltzmann machine, attacked: error",
    paper: 97.5,
    conditions: `${NO_CLIP}; the gradient through all iterations of its mean field`,
    tolerance: 3,
    ordering: atLeast("generative.mpDbm.fgsm.error", 90),
  },
  {
    id: "generative.classRbm.fgsm.error",
    section: "9",
    what: "Stand-in: classification RBM trained generatively, attacked: error",
    paper: null,
    conditions: `${NO_CLIP}; not in the paper, whose 97.5 % is the Boltzmann machine's`,
    tolerance: 0,
    ordering: every(
      atLeast("generative.classRbm.fgsm.error", 50),
      less("generative.classRbm.clean.error", "generative.classRbm.fgsm.error"),
    ),
  },
];
