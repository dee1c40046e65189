/** The models that the page trains when it opens. @module */

import type { Plan } from "./messages.ts";

/** A model that is there without asking. */
export interface DefaultModel extends Plan {
  readonly title: string;
}

/** By name, in the order in which they are trained. */
export const DEFAULT_MODELS: Readonly<Record<string, DefaultModel>> = {
  softmax: model("Softmax regression", "softmaxLinear"),
  maxout: model("Maxout network", "maxout"),
  rbf: model("RBF network", "rbf"),
  adversarialMaxout: { ...model("Maxout, adversarially trained", "maxout"), adversarial: true },
};

function model(title: string, family: string): DefaultModel {
  return { title, family, adversarial: false, seed: 1, epochs: 10 };
}
