/** The operations that graphs may have: all exports of this module are entries of the registry. @module */

export { add } from "./add.ts";
export { affine } from "./affine.ts";
export { batchNorm } from "./batch_norm.ts";
export { classRbm } from "./class_rbm.ts";
export { combine } from "./combine.ts";
export { concat } from "./concat.ts";
export { conv2d } from "./conv2d.ts";
export { elementwise } from "./elementwise.ts";
export { exp } from "./exp.ts";
export { expand } from "./expand.ts";
export { leakyRelu } from "./leaky_relu.ts";
export { linear } from "./linear.ts";
export { maxout } from "./maxout.ts";
export { mpDbm } from "./mp_dbm.ts";
export { pad } from "./pad.ts";
export { pool } from "./pool.ts";
export { rbf } from "./rbf.ts";
export { reduce } from "./reduce.ts";
export { relu } from "./relu.ts";
export { reshape } from "./reshape.ts";
export { sigmoid } from "./sigmoid.ts";
export { softmax } from "./softmax.ts";
export { take } from "./take.ts";
export { tanh } from "./tanh.ts";
export { transpose } from "./transpose.ts";
