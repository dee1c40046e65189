/** Claims of section 7: RBF networks. @module */

import { clearlyLess, less } from "../ordering.ts";
import { type ClaimInPercent, EDGE, NO_CLIP, RATE } from "./common.ts";

/** Training images on which training errors are measured. */
const images = 10000;

/** Section 7: RBF networks. */
export const section7: readonly ClaimInPercent[] = [
  {
    id: "rbf.fgsm.error",
    kind: "published",
    section: "7",
    what: "RBF network, attacked: error",
    paper: 55.4,
    conditions: `${NO_CLIP}; the cost trained with`,
    tolerance: RATE,
    ordering: clearlyLess("rbf.fgsm.error", "maxout.fgsm.error"),
    gradient: "exact",
    fitted: "RBF network",
  },
  {
    id: "rbf.fgsm.confidence",
    kind: "published",
    section: "7",
    what: "RBF network, attacked: confidence on mistakes",
    paper: 1.2,
    conditions: "independent probability of each class",
    tolerance: EDGE,
    ordering: less("rbf.fgsm.confidence", "rbf.clean.confidence"),
    gradient: "exact",
    fitted: "RBF network",
  },
  {
    id: "rbf.clean.confidence",
    kind: "published",
    section: "7",
    what: "RBF network, clean: confidence",
    paper: 60.6,
    conditions: "independent probability of each class",
    tolerance: RATE,
    ordering: less("rbf.clean.confidence", "maxout.fgsm.confidence"),
    fitted: "RBF network",
  },
  {
    id: "rbf.deep.training error",
    kind: "own",
    section: "7",
    what: "Deeper RBF network, by Adam: training error, above the maxout network's",
    paper: null,
    conditions: "one hidden layer of RBF units; the paper says that it stays high, without a figure",
    ordering: clearlyLess("rbf.maxout.training error", "rbf.deep.training error", { images }),
  },
  {
    id: "rbf.deep by SGD.training error",
    kind: "own",
    section: "7",
    what: "Deeper RBF network, by stochastic gradient descent: training error, above that by Adam",
    paper: null,
    conditions: "one hidden layer of RBF units; the paper says that it stays high, without a figure",
    ordering: clearlyLess("rbf.deep.training error", "rbf.deep by SGD.training error", { images }),
  },
];
