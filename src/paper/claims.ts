/** The paper's figures, each with its conditions and the rule that judges ours. @module */

import type { Measurements } from "./experiment.ts";

/** One figure of the paper. */
export interface Claim {
  /** Name of the measurement that answers it: experiment, then quantity. */
  readonly id: string;
  /** Where the paper has it. */
  readonly section: string;
  /** What is measured. */
  readonly what: string;
  /** The paper's figure. */
  readonly paper: number;
  /** Unit of both figures. */
  readonly unit: "%" | "relative";
  /** Under which conditions the figure holds. */
  readonly conditions: string;
  /** Reproduced if ours is within this of the paper's. */
  readonly tolerance: number;
  /** What must hold at least, in words and as a rule. */
  readonly ordering: { readonly says: string; readonly holds: (ours: Measurements) => boolean };
}

/** A claim, our figure, and what it amounts to. */
export interface Judged extends Claim {
  /** Our figure; null if it was not run or is undefined. */
  readonly ours: number | null;
  readonly verdict: Verdict;
}

/** What a claim came to. */
export type Verdict = "reproduced" | "ordering holds" | "not reproduced" | "not run";

/** `claim` against what was measured. */
export function judge(claim: Claim, measurements: Measurements): Judged {
  const ours = measurements[claim.id];
  if (ours === undefined) return { ...claim, ours: null, verdict: "not run" };
  if (ours !== null && Math.abs(ours - claim.paper) <= claim.tolerance) {
    return { ...claim, ours, verdict: "reproduced" };
  }
  return {
    ...claim,
    ours,
    verdict: claim.ordering.holds(measurements) ? "ordering holds" : "not reproduced",
  };
}

const NO_CLIP = "ε .25 in L∞, true labels, no clipping, deterministic network";
const RUBBISH = "10,000 draws from N(0, I); an error is any p > .5";

/** Whether measurement `a` is less than measurement `b`. */
const less = (a: string, b: string) => ({
  says: `${a} < ${b}`,
  holds: (ours: Measurements) => (ours[a] ?? NaN) < (ours[b] ?? NaN),
});
const atLeast = (id: string, least: number) => ({
  says: `${id} ≥ ${least}`,
  holds: (ours: Measurements) => (ours[id] ?? NaN) >= least,
});
const atMost = (id: string, most: number) => ({
  says: `${id} ≤ ${most}`,
  holds: (ours: Measurements) => (ours[id] ?? NaN) <= most,
});

/** Every published figure that is reproduced, in the paper's order. */
export const claims: readonly Claim[] = [
  {
    id: "softmax.fgsm.error",
    section: "4",
    what: "Softmax regression, attacked: error",
    paper: 99.9,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 0.5,
    ordering: less("softmax.clean.error", "softmax.fgsm.error"),
  },
  {
    id: "softmax.fgsm.confidence",
    section: "4",
    what: "Softmax regression, attacked: confidence on mistakes",
    paper: 79.3,
    unit: "%",
    conditions: `${NO_CLIP}; weights' norms at most 1.9365`,
    tolerance: 2.5,
    ordering: atLeast("softmax.fgsm.confidence", 50),
  },
  {
    id: "maxout.fgsm.error",
    section: "4",
    what: "Maxout network, attacked: error",
    paper: 89.4,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: atLeast("maxout.fgsm.error", 80),
  },
  {
    id: "maxout.fgsm.confidence",
    section: "4",
    what: "Maxout network, attacked: confidence on mistakes",
    paper: 97.6,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: atLeast("maxout.fgsm.confidence", 75),
  },
  {
    id: "logistic.clean.error",
    section: "5",
    what: "Logistic regression on 3 and 7: error",
    paper: 1.6,
    unit: "%",
    conditions: "no weight decay",
    tolerance: 0.3,
    ordering: less("logistic.clean.error", "logistic.fgsm.error"),
  },
  {
    id: "logistic.fgsm.error",
    section: "5",
    what: "Logistic regression on 3 and 7, attacked: error",
    paper: 99,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 1,
    ordering: atLeast("logistic.fgsm.error", 90),
  },
  {
    id: "logistic.closed form.gap",
    section: "5",
    what: "Its attacked loss against softplus(ε‖w‖₁ − y(w·x + b)): largest gap",
    paper: 0,
    unit: "relative",
    conditions: "identity; float32 against float64, relative to the loss where that is above 1",
    tolerance: 2e-5,
    ordering: atMost("logistic.closed form.gap", 2e-5),
  },
  {
    id: "maxout.clean.error",
    section: "6",
    what: "Maxout network: error",
    paper: 0.94,
    unit: "%",
    conditions: "dropout; the paper's has 240 units a layer and was trained for some 343 epochs",
    tolerance: 0.1,
    ordering: less("maxout.clean.error", "maxout.fgsm.error"),
  },
  {
    id: "adversarial.clean.error",
    section: "6",
    what: "Adversarially trained: error",
    paper: 0.84,
    unit: "%",
    conditions: "α ½, the attack on the whole network at each step",
    tolerance: 0.1,
    ordering: less("adversarial.clean.error", "maxout.clean.error"),
  },
  {
    id: "adversarial.fgsm.error",
    section: "6",
    what: "Adversarially trained, attacked: error",
    paper: 17.9,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.fgsm.error", "maxout.fgsm.error"),
  },
  {
    id: "adversarial.fgsm.confidence",
    section: "6",
    what: "Adversarially trained, attacked: confidence on mistakes",
    paper: 81.4,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.fgsm.confidence", "maxout.fgsm.confidence"),
  },
  {
    id: "adversarial.transfer from naive.error",
    section: "6",
    what: "Adversarially trained, on the naive network's adversarial examples: error",
    paper: 19.6,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.transfer from naive.error", "adversarial.transfer to naive.error"),
  },
  {
    id: "adversarial.transfer to naive.error",
    section: "6",
    what: "Naive, on the adversarially trained network's examples: error",
    paper: 40.9,
    unit: "%",
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.transfer from naive.error", "adversarial.transfer to naive.error"),
  },
  {
    id: "rbf.fgsm.error",
    section: "7",
    what: "RBF network, attacked: error",
    paper: 55.4,
    unit: "%",
    conditions: `${NO_CLIP}; the cost trained with`,
    tolerance: 5,
    ordering: less("rbf.fgsm.error", "softmax.fgsm.error"),
  },
  {
    id: "rbf.fgsm.confidence",
    section: "7",
    what: "RBF network, attacked: confidence on mistakes",
    paper: 1.2,
    unit: "%",
    conditions: "independent probability of each class",
    tolerance: 3,
    ordering: less("rbf.fgsm.confidence", "rbf.clean.confidence"),
  },
  {
    id: "rbf.clean.confidence",
    section: "7",
    what: "RBF network, clean: confidence",
    paper: 60.6,
    unit: "%",
    conditions: "independent probability of each class",
    tolerance: 5.5,
    ordering: less("rbf.clean.confidence", "maxout.fgsm.confidence"),
  },
  {
    id: "maxout.rubbish.error",
    section: "A",
    what: "Maxout network, rubbish: error",
    paper: 98.35,
    unit: "%",
    conditions: RUBBISH,
    tolerance: 3,
    ordering: less("softmax.rubbish.error", "maxout.rubbish.error"),
  },
  {
    id: "maxout.rubbish.confidence",
    section: "A",
    what: "Maxout network, rubbish: confidence on mistakes",
    paper: 92.8,
    unit: "%",
    conditions: RUBBISH,
    tolerance: 3,
    ordering: less("softmax.rubbish.confidence", "maxout.rubbish.confidence"),
  },
  {
    id: "softmax.rubbish.error",
    section: "A",
    what: "Softmax regression, rubbish: error",
    paper: 59.8,
    unit: "%",
    conditions: RUBBISH,
    tolerance: 4.5,
    ordering: less("rbf.rubbish.error", "softmax.rubbish.error"),
  },
  {
    id: "softmax.rubbish.confidence",
    section: "A",
    what: "Softmax regression, rubbish: confidence on mistakes",
    paper: 70.8,
    unit: "%",
    conditions: RUBBISH,
    tolerance: 2.5,
    ordering: atLeast("softmax.rubbish.confidence", 50),
  },
  {
    id: "rbf.rubbish.error",
    section: "A",
    what: "RBF network, rubbish: error",
    paper: 0,
    unit: "%",
    conditions: RUBBISH,
    tolerance: 0,
    ordering: less("rbf.rubbish.error", "softmax.rubbish.error"),
  },
];
