// The kernels of most programs. Those in mod.ts beside are brought by what calls them, so that other programs leave them out.
export { abiVersion, alloc, free } from "./heap";
export { addStep, clampWithin, countBeyond, l1Direction, l2Direction, signStep, stepWithin } from "./attack";
export {
  addBias, columnSums, countNotFinite, exp, log, multiply, rectifierBackward, rectifierForward, softplusBackward, softplusForward,
} from "./elementwise";
export { exponentialForward, exponentialLoss } from "./exponential";
export { gemmNN, gemmNT, gemmTN } from "./gemm";
export { maxoutBackward, maxoutForward } from "./maxout";
export { adamStep, limitRowNorms, sgdGather, sgdStep } from "./optimizer";
export { randomKey, randomMask, randomNormal, randomNumber, randomSigns, randomUniform } from "./random";
export { sigmoidDirection, sigmoidForward, sigmoidLoss } from "./sigmoid";
export { softmaxDirection, softmaxForward, softmaxLoss } from "./softmax";
export { gatherPanels, gatherRows, listNonZero, listWinnersByPiece, listWinnersByRow, toPanels, transposePanels } from "./sparse";
