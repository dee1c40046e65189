// Entry of the single-threaded binaries: every kernel that a host can call.
export * from "./core";
export { channelSums, conv2dBackward, conv2dForward, conv2dParameters, shiftImages } from "./convolution";
export { channelBlend, channelMoments, channelProducts, channelScale } from "./normalization";
export { doubleGather, doubleSpread } from "./double";
export { averagePoolBackward, averagePoolForward, maxPoolBackward, maxPoolForward } from "./pooling";
export { rbfBackward, rbfForward, rbfParameters, squaresBackward, squaresForward } from "./rbf";
