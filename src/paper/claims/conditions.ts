/** Conditions that many claims share. @module */

/** Of the fast gradient sign method. */
export const NO_CLIP = "ε .25 in L∞, true labels, no clipping, deterministic network";

/** Of rubbish. */
export const RUBBISH = "10,000 draws from N(0, I); an error is any p > .5";

/** Of the small networks that are compared among themselves. */
export const CONTROLS =
  "maxout, equal recipe and 10 epochs for all, in a full run 60, initial weights in ±.05; in a quick run half the units, ±.15, 5 epochs and no dropout";

/** What the paper leaves open. */
export const OPEN = "the paper gives no figure";

/** Why networks fall to the attack more often than the paper's. */
export const EPOCHS =
  "the exact gradient misleads nearly always; the paper's was most likely the plain float32 one, which vanishes where a " +
  "probability rounds to 1, as it does more and more often in hundreds of epochs";

/** Why small differences in clean error show in long runs alone. */
export const CLEAN = "differences of a tenth of a point take hundreds of epochs, and MNIST, to show";

/** Why one network's figure is not another's. */
export const ONE = "the figure is one network's, and varies by many points from seed to seed";
