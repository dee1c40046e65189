import { atLeast, atMost, type ClaimInPercent, less } from "../claim.ts";
import { EPOCHS, NO_CLIP } from "./conditions.ts";

/** Section 6: training on noise. */
export const section6Noise: readonly ClaimInPercent[] = [
  {
    id: "noise.sign.fgsm.error",
    section: "6",
    what: "Trained on random ±ε, attacked: error",
    paper: 86.2,
    conditions: `${NO_CLIP}; every training image noisy, fewer epochs than the naive network`,
    tolerance: 5,
    ordering: less("noise.adversarial.fgsm.error", "noise.sign.fgsm.error"),
    reason: EPOCHS,
  },
  {
    id: "noise.sign.fgsm.confidence",
    section: "6",
    what: "Trained on random ±ε, attacked: confidence on mistakes",
    paper: 97.3,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("noise.adversarial.fgsm.confidence", "noise.sign.fgsm.confidence"),
    reason: EPOCHS,
  },
  {
    id: "noise.uniform.fgsm.error",
    section: "6",
    what: "Trained on uniform noise in ±ε, attacked: error",
    paper: 90.4,
    conditions: `${NO_CLIP}; every training image noisy, fewer epochs than the naive network`,
    tolerance: 5,
    ordering: less("noise.adversarial.fgsm.error", "noise.uniform.fgsm.error"),
    reason: EPOCHS,
  },
  {
    id: "noise.uniform.fgsm.confidence",
    section: "6",
    what: "Trained on uniform noise in ±ε, attacked: confidence on mistakes",
    paper: 97.8,
    conditions: NO_CLIP,
    tolerance: 5,
    ordering: less("noise.adversarial.fgsm.confidence", "noise.uniform.fgsm.confidence"),
    reason: EPOCHS,
  },
  {
    id: "noise.advantage of the attack",
    section: "6",
    what: "How far adversarial training brings the error under attack below both noise controls'",
    paper: null,
    conditions: `${NO_CLIP}; points`,
    tolerance: 0,
    ordering: atLeast("noise.advantage of the attack", 30),
  },
  {
    id: "noise.distance from naive",
    section: "6",
    what: "How far the noise controls' errors under attack are from the naive network's, at most",
    paper: null,
    conditions: `${NO_CLIP}; points; the paper's are 3.2 and 1 apart`,
    tolerance: 0,
    ordering: atMost("noise.distance from naive", 15),
  },
];
