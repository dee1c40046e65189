import type { Plan } from "./protocol.ts";

/** Models that are there without asking, in the order in which they are trained. */
export const ROSTER: Readonly<Record<string, Plan>> = {
  softmax: { family: "softmaxLinear", adversarial: false, seed: 1, epochs: 10 },
  maxout: { family: "maxout", adversarial: false, seed: 1, epochs: 10 },
  rbf: { family: "rbf", adversarial: false, seed: 1, epochs: 10 },
  adversarialMaxout: { family: "maxout", adversarial: true, seed: 1, epochs: 10 },
};
