/** What an ONNX file is expected to give, as the format's test data say, and whether a read model gives it. @module */

import { heads, InputError, type Matrix, matrix, type Model } from "../../src/mod.ts";
import { readTensor } from "../../src/models/import/constant.ts";
import { readParts, readTensorFile } from "../../src/models/import/onnx_file.ts";

const ACTION = "compare the ONNX model with its test data";

/** Folder of the test data beside the model, and its files. */
export const TEST_DATA = "test_data_set_0";

/** Greatest difference, relative to 1 or to the number if that is greater, of models that are read as they should be. */
const TOLERANCE = 1e-4;

/** What a comparison found. */
export interface Expectation {
  readonly examples: number;
  /** Greatest difference, relative to 1 or to the number if that is greater. */
  readonly difference: number;
  /** Whether that is small enough. */
  readonly met: boolean;
}

/**
 * How far `model`, of the ONNX file `bytes`, is from its test data, files that `read` gives by name; nothing if there are none
 * for its output.
 *
 * @throws {InputError} if the test data are none
 */
export async function expectationOf(
  model: Model,
  bytes: Uint8Array,
  read: (name: string) => Promise<Uint8Array | undefined>,
): Promise<Expectation | undefined> {
  const place =
    readParts(bytes, ACTION).graph?.outputs.findIndex(({ name }) => name === model.record.output) ?? -1;
  const input = await read("input_0.pb"), output = place < 0 ? undefined : await read(`output_${place}.pb`);
  if (!input || !output) return undefined;
  const x = rowsOf(input, model.inputs), y = rowsOf(output);
  if (x.rows !== y.rows) {
    throw new InputError("format", ACTION, `it has ${x.rows} inputs and ${y.rows} outputs`);
  }
  const scores = model.scores(x), p = matrix(x.rows, model.classes);
  model.head.probabilities(p, scores);
  // a file gives scores, or what its head makes of them; of two classes perhaps that of the second alone
  const positive = matrix(p.rows, 1, Float32Array.from({ length: p.rows }, (_, i) => p.data[2 * i + 1]));
  const logs = { ...p, data: p.data.map((value) => Math.log(Math.max(value, 1e-30))) };
  const forms = [scores, p, ...(model.head === heads.binary ? [positive] : []), logs];
  const difference = Math.min(...forms.map((form) => differenceOf(form, y)));
  return { examples: x.rows, difference, met: difference <= TOLERANCE };
}

/** A tensor in a file as rows, one for each example. */
function rowsOf(bytes: Uint8Array, cols?: number): Matrix {
  const { shape, data } = readTensor(readTensorFile(bytes, ACTION), {}, (reason) => {
    throw new InputError("format", ACTION, reason);
  });
  const [rows = 1] = shape, width = data.length / rows;
  if (rows === 0 || (cols !== undefined && width !== cols)) {
    throw new InputError("format", ACTION, `it has examples of ${width} numbers, the model takes ${cols}`);
  }
  return matrix(rows, width, Float32Array.from(data));
}

function differenceOf(a: Matrix, b: Matrix): number {
  if (a.data.length !== b.data.length) return Infinity;
  return a.data.reduce((most, value, i) => {
    const gap = Math.abs(value - b.data[i]) / Math.max(1, Math.abs(b.data[i]));
    return gap <= most ? most : gap;
  }, 0);
}
