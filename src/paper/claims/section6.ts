import { type ClaimInPercent, less } from "../claim.ts";
import { NO_CLIP } from "./conditions.ts";

/** Section 6: adversarial training. */
export const section6: readonly ClaimInPercent[] = [
  {
    id: "maxout.clean.error",
    section: "6",
    what: "Maxout network: error",
    paper: 0.94,
    conditions: "dropout; the paper's has 240 units a layer and was trained for some 343 epochs",
    tolerance: 0.1,
    ordering: less("maxout.clean.error", "maxout.fgsm.error"),
  },
  {
    id: "adversarial.clean.error",
    section: "6",
    what: "Adversarially trained: error",
    paper: 0.84,
    conditions: "α ½, the attack on the whole network at each step",
    tolerance: 0.1,
    ordering: less("adversarial.clean.error", "maxout.clean.error"),
  },
  {
    id: "adversarial.fgsm.error",
    section: "6",
    what: "Adversarially trained, attacked: error",
    paper: 17.9,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.fgsm.error", "maxout.fgsm.error"),
  },
  {
    id: "adversarial.fgsm.confidence",
    section: "6",
    what: "Adversarially trained, attacked: confidence on mistakes",
    paper: 81.4,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.fgsm.confidence", "maxout.fgsm.confidence"),
  },
  {
    id: "adversarial.transfer from naive.error",
    section: "6",
    what: "Adversarially trained, on the naive network's adversarial examples: error",
    paper: 19.6,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.transfer from naive.error", "adversarial.transfer to naive.error"),
  },
  {
    id: "adversarial.transfer to naive.error",
    section: "6",
    what: "Naive, on the adversarially trained network's examples: error",
    paper: 40.9,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("adversarial.transfer from naive.error", "adversarial.transfer to naive.error"),
  },
];
