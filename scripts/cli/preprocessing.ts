/** What is done to inputs before a model, as options say. @module */

import { type Model, model as modelOf, preprocessed, type Preprocessing } from "../../src/mod.ts";
import type { BlackBox } from "../data/onnxruntime.ts";
import { EXIT, UserError } from "../errors.ts";
import { refused } from "./inputs.ts";
import { choice, numbers, text, type Values } from "./options.ts";

/** Options of what is done to inputs before a model, of every command that reads one for data. */
export const BEFORE = {
  inputScale: text({
    help: "Factor that the model applies to its inputs, such as 1/255; data are then read unscaled",
    placeholder: "F",
  }),
  inputMean: numbers({
    help: "Mean that the model subtracts next: one number, or one for each channel or input",
  }),
  inputStd: numbers({
    help: "Standard deviation that the model divides by next: one number, or one for each channel or input",
    above: 0,
  }),
  inputLayout: choice(["nchw", "nhwc"], {
    help: "Layout of images in the data, channels first or last; by default as the model takes them",
  }),
} as const;

/** What those options say; none of them is nothing. */
export type BeforeValues = { readonly [K in keyof typeof BEFORE]?: Values<typeof BEFORE>[K] };

/** A factor as a number or a quotient of two. @throws {UserError} if it is none above 0 */
function factorOf(text: string): number {
  const parts = text.split("/").map((part) => part.trim() === "" ? NaN : Number(part));
  const factor = parts.length === 1 ? parts[0] : parts.length === 2 ? parts[0] / parts[1] : NaN;
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new UserError(
    `--input-scale must be a number above 0, or one such as 1/255, not ${text}`,
    EXIT.usage,
  );
}

function optionsOf(
  { inputScale, inputMean, inputStd, inputLayout }: BeforeValues,
): Preprocessing | undefined {
  const options = {
    ...(inputScale !== undefined && { scale: factorOf(inputScale) }),
    ...(inputMean && { mean: inputMean }),
    ...(inputStd && { std: inputStd }),
    ...(inputLayout && { layout: inputLayout }),
  };
  return Object.keys(options).length > 0 ? options : undefined;
}

/** What `make` gives, its errors about reading `path`. */
function aboutFile<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    return refused(path, error);
  }
}

/** `model`, with what these options say before it. @throws {UserError} if it does not fit */
export function withInputs(model: Model, path: string, before: BeforeValues): Model {
  const options = optionsOf(before);
  if (!options) return model;
  using own = model;
  if (own.record.reading !== undefined) {
    throw new UserError(
      `Cannot use --input options with ${path}: the file says how its inputs are scaled`,
      EXIT.usage,
    );
  }
  return aboutFile(path, () => preprocessed(own, options));
}

/** The same of a classifier of which only answers are known. */
export function boxWithInputs(box: BlackBox, path: string, before: BeforeValues): BlackBox {
  const options = optionsOf(before);
  if (!options) return box;
  const flat = box.shape.length > 1, { inputs } = box;
  // an identity model, which preprocessing is put before
  const same = { shape: box.shape.map(() => 1), data: Float32Array.of(1) };
  const tensors = { scale: same, shift: { ...same, data: new Float32Array(1) } };
  const names = { scale: "scale", shift: "shift" };
  using passing = modelOf({
    input: box.shape,
    nodes: [
      { id: "same", op: "affine", from: ["input"], tensors: names, attributes: { size: same.shape } },
      ...(flat
        ? [{ id: "row", op: "reshape", from: ["same"], attributes: { shape: [inputs] } } as const]
        : []),
    ],
    head: inputs === 1 ? "binary" : "softmax",
  }, { tensors });
  const first = aboutFile(path, () => preprocessed(passing, options));
  return {
    ...box,
    scores: (x) => box.scores(first.scores(x)),
    record: { ...box.record, preprocessing: first.record.preprocessing! },
    [Symbol.dispose]() {
      first[Symbol.dispose]();
      box[Symbol.dispose]();
    },
  };
}
