/** Training. @module */

export type { TrainOptions, TrainProgress } from "./options.ts";
export { train } from "./train.ts";
