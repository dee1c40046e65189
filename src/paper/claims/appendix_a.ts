import { atLeast, type ClaimInPercent, less } from "../claim.ts";
import { RUBBISH } from "./conditions.ts";

/** Appendix A: rubbish. */
export const appendixA: readonly ClaimInPercent[] = [
  {
    id: "maxout.rubbish.error",
    section: "A",
    what: "Maxout network, rubbish: error",
    paper: 98.35,
    conditions: RUBBISH,
    tolerance: 3,
    ordering: less("softmax.rubbish.error", "maxout.rubbish.error"),
  },
  {
    id: "maxout.rubbish.confidence",
    section: "A",
    what: "Maxout network, rubbish: confidence on mistakes",
    paper: 92.8,
    conditions: RUBBISH,
    tolerance: 3,
    ordering: less("softmax.rubbish.confidence", "maxout.rubbish.confidence"),
  },
  {
    id: "softmax.rubbish.error",
    section: "A",
    what: "Softmax regression, rubbish: error",
    paper: 59.8,
    conditions: RUBBISH,
    tolerance: 4.5,
    ordering: less("rbf.rubbish.error", "softmax.rubbish.error"),
  },
  {
    id: "softmax.rubbish.confidence",
    section: "A",
    what: "Softmax regression, rubbish: confidence on mistakes",
    paper: 70.8,
    conditions: RUBBISH,
    tolerance: 2.5,
    ordering: atLeast("softmax.rubbish.confidence", 50),
  },
  {
    id: "rbf.rubbish.error",
    section: "A",
    what: "RBF network, rubbish: error",
    paper: 0,
    conditions: RUBBISH,
    tolerance: 0,
    ordering: less("rbf.rubbish.error", "softmax.rubbish.error"),
  },
];
