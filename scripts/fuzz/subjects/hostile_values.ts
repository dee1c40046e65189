/** Values that no argument should have. @module */

import * as gibbon from "../../../src/mod.ts";
import { linear } from "./call_arguments.ts";

const { heads, matrix } = gibbon;

/** Scores or gradients of `value`, whatever is asked. */
const filled = (cols: number, value: number) => (x: gibbon.Matrix) =>
  matrix(x.rows, cols, new Float32Array(x.rows * cols).fill(value));

const falseModel = (parts: object) => () => ({
  ...{ inputs: 3, classes: 2, head: heads.softmax, scores: filled(2, 0), inputGradient: filled(3, 0) },
  ...parts,
});

/** Invalid models, and models with impossible answers. */
const FALSE_MODELS: Readonly<Record<string, () => unknown>> = {
  "only inputs": () => ({ inputs: 3 }),
  "no scores": falseModel({ scores: undefined }),
  "no head": falseModel({ head: undefined }),
  "other head": falseModel({ head: {} }),
  "no classes": falseModel({ classes: undefined }),
  "half a class": falseModel({ classes: 0.5 }),
  "flat": falseModel({}),
  "NaN scores": falseModel({ scores: filled(2, NaN) }),
  "∞ scores": falseModel({ scores: filled(2, Infinity) }),
  "wide scores": falseModel({ scores: filled(5, 1) }),
  "scores of one row": falseModel({ scores: () => matrix(1, 2) }),
  "no matrix": falseModel({ scores: () => [1, 2] }),
  "no answer": falseModel({ scores: () => undefined }),
  "promise": falseModel({ scores: () => Promise.resolve(matrix(2, 2)) }),
  "NaN gradient": falseModel({ inputGradient: filled(3, NaN) }),
  "wide gradient": falseModel({ inputGradient: filled(7, 1) }),
  "no gradient": falseModel({ inputGradient: () => undefined }),
};

/** Values by name; the corpus stores these names. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "null": () => null,
  "true": () => true,
  "NaN": () => NaN,
  "∞": () => Infinity,
  "−∞": () => -Infinity,
  "0": () => 0,
  "−1": () => -1,
  "0.5": () => 0.5,
  "1e308": () => 1e308,
  "5e−324": () => 5e-324,
  "2^31": () => 2 ** 31,
  "2^53": () => 2 ** 53,
  "1n": () => 1n,
  "empty text": () => "",
  "text": () => "\u001b[31mx\n",
  "long text": () => "a".repeat(5000),
  "__proto__": () => "__proto__",
  "symbol": () => Symbol("x"),
  "empty list": () => [],
  "list of NaN": () => [NaN, NaN],
  "holes": () => new Array(3),
  "length": () => ({ length: 1e9 }),
  "empty object": () => ({}),
  "no prototype": () => Object.create(null),
  "function": () => () => 1,
  "date": () => new Date(NaN),
  "bytes": () => new Uint8Array(3),
  "floats": () => new Float32Array(0),
  "buffer": () => new ArrayBuffer(8),
  "empty matrix": () => matrix(0, 3),
  "other matrix": () => matrix(2, 5),
  "NaN matrix": () => matrix(2, 3, Array(6).fill(NaN)),
  "huge matrix": () => matrix(2, 3, Array(6).fill(3e38)),
  "false matrix": () => ({ rows: 1e9, cols: 3, data: new Float32Array(6) }),
  "box without gradients": () => ({ inputs: 3, classes: 2, head: heads.softmax, scores: linear.scores }),
  "slow box": () => ({
    inputs: 3,
    classes: 2,
    head: heads.softmax,
    scores: (x: gibbon.Matrix) => Promise.resolve(linear.scores(x)),
  }),
  "false batch": () => ({ x: matrix(2, 3), labels: Int32Array.of(9, -5), classes: 2 }),
  ...FALSE_MODELS,
};
