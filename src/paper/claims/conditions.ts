/** Conditions that many claims share. @module */

/** Of the fast gradient sign method. */
export const NO_CLIP = "ε .25 in L∞, true labels, no clipping, deterministic network";

/** Of rubbish. */
export const RUBBISH = "10,000 draws from N(0, I); an error is any p > .5";
