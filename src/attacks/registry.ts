/** The attacks by their names, one line each. @module */

export { apgd } from "./apgd.ts";
export { fgsm } from "./fgsm.ts";
export { lbfgs } from "./lbfgs.ts";
export { pgd } from "./pgd.ts";
export { signNoise, uniformNoise } from "./noise.ts";
export { rotation } from "./rotation.ts";
