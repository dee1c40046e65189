import { atLeast, atMost, type ClaimInPercent, less } from "../claim.ts";
import { NO_CLIP } from "./conditions.ts";

/** Section 5: logistic regression. */
export const section5: readonly ClaimInPercent[] = [
  {
    id: "logistic.clean.error",
    section: "5",
    what: "Logistic regression on 3 and 7: error",
    paper: 1.6,
    conditions: "no weight decay",
    tolerance: 0.3,
    ordering: less("logistic.clean.error", "logistic.fgsm.error"),
  },
  {
    id: "logistic.fgsm.error",
    section: "5",
    what: "Logistic regression on 3 and 7, attacked: error",
    paper: 99,
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
];
