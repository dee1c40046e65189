/**
 * Adversarial robustness for small models: train them, attack them, measure them.
 *
 * @module
 */

export { type Batch, batch, select, slice } from "./data/batch.ts";
export { init, type InitOptions, kernels, type Variant } from "./kernels/variants.ts";
export { type Matrix, matrix } from "./matrix.ts";
export { fillNormal, fillSigns, fillUniform, type Rng, rng } from "./rng.ts";
