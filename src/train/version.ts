/**
 * Version of the bytes that training gives: raised when the same recipe, data and seed come to give other ones with the
 * baseline kernels, so that models kept from before are not taken for new ones. A test guards it.
 */
export const TRAINING_VERSION = 1;
