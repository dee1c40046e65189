import { type ClaimInPercent, less } from "../claim.ts";
import { NO_CLIP } from "./conditions.ts";

/** Section 7: RBF networks. */
export const section7: readonly ClaimInPercent[] = [
  {
    id: "rbf.fgsm.error",
    section: "7",
    what: "RBF network, attacked: error",
    paper: 55.4,
    conditions: `${NO_CLIP}; the cost trained with`,
    tolerance: 5,
    ordering: less("rbf.fgsm.error", "softmax.fgsm.error"),
  },
  {
    id: "rbf.fgsm.confidence",
    section: "7",
    what: "RBF network, attacked: confidence on mistakes",
    paper: 1.2,
    conditions: "independent probability of each class",
    tolerance: 3,
    ordering: less("rbf.fgsm.confidence", "rbf.clean.confidence"),
  },
  {
    id: "rbf.clean.confidence",
    section: "7",
    what: "RBF network, clean: confidence",
    paper: 60.6,
    conditions: "independent probability of each class",
    tolerance: 5.5,
    ordering: less("rbf.clean.confidence", "maxout.fgsm.confidence"),
  },
  {
    id: "rbf.deep.training error",
    section: "7",
    what: "Deeper RBF network, by Adam: training error",
    paper: null,
    conditions: "one hidden layer of RBF units; the paper says that it stays high, without a figure",
    tolerance: 0,
    ordering: less("rbf.maxout.training error", "rbf.deep.training error"),
  },
  {
    id: "rbf.deep by SGD.training error",
    section: "7",
    what: "Deeper RBF network, by stochastic gradient descent: training error",
    paper: null,
    conditions: "one hidden layer of RBF units; the paper says that it stays high, without a figure",
    tolerance: 0,
    ordering: less("rbf.deep.training error", "rbf.deep by SGD.training error"),
  },
];
