/**
 * Models of TensorFlow.js and Keras: an entry of its own. Kernels come from `@gibbon/gibbon`, or are given to `init`.
 *
 * @module
 */

export { type KerasGroup, readKeras } from "./models/import/keras/keras.ts";
export type { ImportOptions } from "./models/import/parts.ts";
export { readTfjs, tfjsFiles, type TfjsOptions } from "./models/import/tfjs/tfjs.ts";
