/** Models' names in pictures and sentences, by the names they are trained under. @module */

/** Of the models that several experiments compare. */
export const MODEL_NAMES: Readonly<Record<string, string>> = {
  softmax: "softmax regression",
  maxout: "maxout",
  adversarialMaxout: "adversarially trained maxout",
  droppedAttackMaxout: "maxout, attacked without dropped units",
  droppedBothMaxout: "maxout, attacked and trained without the same units",
  float32AttackMaxout: "maxout, attacked in float32",
  adversarialSearch: "adversarially trained maxout, search",
  signNoiseMaxout: "maxout trained on ±ε",
  uniformNoiseMaxout: "maxout trained on uniform noise",
  sigmoidMaxout: "maxout with sigmoids",
  rubbishMaxout: "maxout taught that noise is nothing",
  rbf: "RBF network",
  deepRbf: "deep RBF network",
  deepRbfSgd: "deep RBF network, by SGD",
  classRbm: "classification RBM",
  mpDbm: "Boltzmann machine",
  logistic: "logistic regression",
  adversarialLogistic: "logistic regression, closed form",
  largeMaxout: "large maxout",
  largeAdversarialMaxout: "large maxout, adversarially trained",
  largeAdversarialSearch: "large maxout, search",
  plainControl: "small maxout",
  fgsmControl: "small maxout, sign step",
  rotationControl: "small maxout, rotation",
  throughRotationControl: "small maxout, through rotation",
  throughGradientControl: "small maxout, through gradient",
  hiddenControl: "small maxout, first hidden layer",
  lastHiddenControl: "small maxout, last hidden layer",
  hiddenRotationControl: "small maxout, hidden rotation",
};

/** The name of a trained model in words. */
export function modelName(key: string): string {
  const [stem, number] = key.split("-");
  if (stem === "pooledSoftmax") return `softmax regression, pixels by ${number} × ${number}`;
  if (stem === "l1Logistic") return `logistic regression, L1 ${key.slice("l1Logistic-".length)}`;
  if (stem === "l1Maxout") return `small maxout, L1 ${key.slice("l1Maxout-".length)}`;
  if (key.startsWith("member")) return `ensemble's network ${key.slice("member".length)}`;
  return MODEL_NAMES[key] ?? key;
}

/** The models that are compared throughout: trained name, and that in pictures. */
export const COMPARED = [
  "softmax",
  "maxout",
  "adversarialMaxout",
  "signNoiseMaxout",
  "sigmoidMaxout",
  "rbf",
  "deepRbf",
  "classRbm",
  "mpDbm",
].map((name) => [name, MODEL_NAMES[name]] as const);
