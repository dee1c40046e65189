/** The model families: all values that this module exports are entries of the registry. @module */

export { classRbm, type ClassRbmOptions } from "./class_rbm.ts";
export { cnn, type CnnOptions } from "./cnn.ts";
export { convMaxout, type ConvMaxoutOptions } from "./conv_maxout.ts";
export { deepRbf, type DeepRbfOptions } from "./deep_rbf.ts";
export { logistic, type LogisticOptions } from "./logistic.ts";
export { maxout, type MaxoutOptions } from "./maxout.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
export { mpDbm, type MpDbmOptions } from "./mp_dbm.ts";
export { rbf, type RbfOptions } from "./rbf.ts";
export { softmaxLinear, type SoftmaxLinearOptions } from "./softmax_linear.ts";
