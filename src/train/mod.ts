/** Training. @module */

export { type Identify, identity } from "./identity.ts";
export type { TrainOptions, TrainProgress } from "./options.ts";
export type { Checkpoint, TrainingPosition } from "./checkpoint.ts";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint_file.ts";
export { type Objective, trades, type TradesOptions } from "./trades.ts";
export { train } from "./train.ts";
export { TRAINING_VERSIONS } from "./version.ts";
