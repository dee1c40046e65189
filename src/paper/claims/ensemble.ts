import { atLeast, type ClaimInPercent, every } from "../claim.ts";
import { EPOCHS, NO_CLIP } from "./conditions.ts";

const RULE = "mean of probabilities, scored on the ensemble; the paper does not name its rule";

/** Section 9: ensembles. */
export const section9Ensemble: readonly ClaimInPercent[] = [
  {
    id: "ensemble.whole.error",
    section: "9",
    what: "Ensemble of 12 maxout networks, attacked whole: error",
    paper: 91.1,
    conditions: `${NO_CLIP}; ${RULE}`,
    tolerance: 5,
    ordering: atLeast("ensemble.whole.error", 80),
    reason: EPOCHS,
  },
  {
    id: "ensemble.single.error",
    section: "9",
    what: "The same ensemble, attacked through one member: error",
    paper: 87.9,
    conditions: `${NO_CLIP}; ${RULE}`,
    tolerance: 5,
    ordering: atLeast("ensemble.single.error", 60),
    reason: EPOCHS,
  },
  {
    id: "ensemble.margin",
    section: "9",
    what: "How much more the attack on the whole does than that through one member, in points",
    paper: null,
    conditions: NO_CLIP,
    tolerance: 0,
    ordering: every(atLeast("ensemble.margin", 0), atLeast("ensemble.whole.error", 80)),
  },
];
