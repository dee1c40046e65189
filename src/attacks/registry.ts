/** The attacks by their names, one line each. @module */

export { apgd, type ApgdOptions } from "./apgd.ts";
export { boundary, type BoundaryOptions } from "./boundary.ts";
export { carliniWagner, type CarliniWagnerOptions } from "./carlini_wagner.ts";
export { ddn, type DdnOptions } from "./ddn.ts";
export { deepFool, type DeepFoolOptions } from "./deep_fool.ts";
export { fab, type FabOptions } from "./fab.ts";
export { fgsm } from "./fgsm.ts";
export { fmn, type FmnOptions } from "./fmn.ts";
export { greedyTabular, type GreedyTabularOptions } from "./greedy_tabular.ts";
export { hopSkipJump, type HopSkipJumpOptions } from "./hop_skip_jump.ts";
export { jsma, type JsmaOptions } from "./jsma.ts";
export { lbfgs, type LbfgsOptions } from "./lbfgs.ts";
export { pgd, type PgdOptions } from "./pgd.ts";
export { type NoiseOptions, signNoise, uniformNoise } from "./noise.ts";
export { rotation } from "./rotation.ts";
export { square, type SquareOptions } from "./square.ts";
