/** The operations that graphs may have: all exports of this module are entries of the registry. @module */

export { add } from "./add.ts";
export { classRbm } from "./class_rbm.ts";
export { concat } from "./concat.ts";
export { exp } from "./exp.ts";
export { leakyRelu } from "./leaky_relu.ts";
export { linear } from "./linear.ts";
export { maxout } from "./maxout.ts";
export { mpDbm } from "./mp_dbm.ts";
export { rbf } from "./rbf.ts";
export { relu } from "./relu.ts";
export { sigmoid } from "./sigmoid.ts";
export { tanh } from "./tanh.ts";
