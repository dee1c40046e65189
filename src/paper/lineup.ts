/** The models that are compared throughout: trained name, and name in figures. */
export const LINEUP = [
  ["softmax", "softmax regression"],
  ["maxout", "maxout"],
  ["adversarialMaxout", "maxout, adversarially trained"],
  ["signNoiseMaxout", "maxout, trained on noise"],
  ["sigmoidMaxout", "maxout, sigmoid top"],
  ["rbf", "RBF"],
] as const;

/** Test images that comparisons of many models look at. */
export const SAMPLE = 2000;
