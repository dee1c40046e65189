/**
 * Version of the bytes that training a model of each family gives: raised when the same recipe, data and seed come to give
 * other ones with the baseline kernels, so that models kept from before are not taken for new ones. A test guards it.
 */
export const TRAINING_VERSIONS: Readonly<Record<string, number>> = {
  softmaxLinear: 1,
  logistic: 1,
  maxout: 1,
  rbf: 1,
  cnn: 1,
  convMaxout: 1,
  deepRbf: 1,
  mpDbm: 3,
  classRbm: 2,
};
