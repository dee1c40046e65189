/**
 * Every kernel again: double precision, the most obvious loops, the same name and arguments, arrays for addresses.
 *
 * @module
 */

export * from "./attack.ts";
export * from "./convolution.ts";
export * from "./double.ts";
export * from "./elementwise.ts";
export * from "./exponential.ts";
export * from "./gemm.ts";
export * from "./maxout.ts";
export * from "./normalization.ts";
export * from "./optimizer.ts";
export * from "./pooling.ts";
export * from "./random.ts";
export * from "./rbf.ts";
export * from "./sigmoid.ts";
export * from "./softmax.ts";
export * from "./sparse.ts";
