/**
 * Models from ONNX files and to them: an entry of its own, which brings a reader of protocol buffers. Kernels come from
 * `@gibbon/gibbon`, or are given to `init`.
 *
 * @module
 */

export { writeOnnx } from "./models/export/onnx.ts";
export { externalFiles, type OnnxOptions, readOnnx } from "./models/import/onnx.ts";
