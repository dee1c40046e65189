import { atLeast, type ClaimInPercent, less } from "../claim.ts";
import { NO_CLIP } from "./conditions.ts";

/** Section 4: the fast gradient sign method on trained models. */
export const section4: readonly ClaimInPercent[] = [
  {
    id: "softmax.fgsm.error",
    section: "4",
    what: "Softmax regression, attacked: error",
    paper: 99.9,
    conditions: NO_CLIP,
    tolerance: 0.5,
    ordering: less("softmax.clean.error", "softmax.fgsm.error"),
  },
  {
    id: "softmax.fgsm.confidence",
    section: "4",
    what: "Softmax regression, attacked: confidence on mistakes",
    paper: 79.3,
    conditions: `${NO_CLIP}; weights' norms at most 1.9365`,
    tolerance: 2.5,
    ordering: atLeast("softmax.fgsm.confidence", 50),
  },
  {
    id: "maxout.fgsm.error",
    section: "4",
    what: "Maxout network, attacked: error",
    paper: 89.4,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: atLeast("maxout.fgsm.error", 80),
  },
  {
    id: "maxout.fgsm.confidence",
    section: "4",
    what: "Maxout network, attacked: confidence on mistakes",
    paper: 97.6,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: atLeast("maxout.fgsm.confidence", 75),
  },
];
