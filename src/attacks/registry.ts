/** The attacks by their names, one line each. @module */

export { apgd } from "./apgd.ts";
export { boundary } from "./boundary.ts";
export { carliniWagner } from "./carlini_wagner.ts";
export { ddn } from "./ddn.ts";
export { deepFool } from "./deep_fool.ts";
export { fab } from "./fab.ts";
export { fgsm } from "./fgsm.ts";
export { fmn } from "./fmn.ts";
export { greedyTabular } from "./greedy_tabular.ts";
export { hopSkipJump } from "./hop_skip_jump.ts";
export { jsma } from "./jsma.ts";
export { lbfgs } from "./lbfgs.ts";
export { pgd } from "./pgd.ts";
export { signNoise, uniformNoise } from "./noise.ts";
export { rotation } from "./rotation.ts";
export { square } from "./square.ts";
