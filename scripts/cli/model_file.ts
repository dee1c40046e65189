/** Model files of every format that is read. @module */

import { InputError, loadModel, type Model, preprocessed } from "../../src/mod.ts";
import { externalFiles, readOnnx } from "../../src/onnx.ts";
import { readTfjs, tfjsFiles } from "../../src/tfjs.ts";
import { readKerasFile } from "../data/keras.ts";
import { EXIT, UserError } from "../errors.ts";
import { readFile, readOrReport } from "./inputs.ts";
import { choice, numbers, text, type Values } from "./options.ts";

/** A format of another program. */
interface Format {
  /** The names of the files that a model needs beside its own. */
  beside(bytes: Uint8Array): readonly string[];
  read(bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>>): Model | Promise<Model>;
}

/** By the ending of a file's name. */
const READERS: Readonly<Record<string, Format>> = {
  ".onnx": { beside: externalFiles, read: (bytes, external) => readOnnx(bytes, { external }) },
  ".json": { beside: tfjsFiles, read: (bytes, shards) => readTfjs(bytes, { shards }) },
  ".keras": { beside: () => [], read: (bytes) => readKerasFile(bytes) },
};

/** What these endings stand for, in words. */
export const FORMATS = "of this program, ONNX, model.json of tfjs, or .keras";

/** The ending of a file's name that says it is another program's model; nothing if it is not. */
export function endingOf(path: string): string | undefined {
  return Object.keys(READERS).find((ending) => path.toLowerCase().endsWith(ending));
}

/** Whether a file is named as one of ONNX. */
export function isOnnx(path: string): boolean {
  return endingOf(path) === ".onnx";
}

/** Options of what is done to inputs before a model, of every command that reads one for data. */
export const BEFORE = {
  inputScale: text({
    help: "Factor on inputs, such as 1/255, as part of the model; data are then taken as they are",
    placeholder: "F",
  }),
  inputMean: numbers({ help: "What the model takes away then: one number, or one a channel or input" }),
  inputStd: numbers({
    help: "What the model divides by then: one number, or one a channel or input",
    above: 0,
  }),
  inputLayout: choice(["nchw", "nhwc"], {
    help: "How images lie in the data, channels first or last; by default as the model takes them",
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

/** `model`, with what these options say before it. @throws {UserError} if it does not fit */
function withInputs(
  model: Model,
  path: string,
  { inputScale, inputMean, inputStd, inputLayout }: BeforeValues,
): Model {
  const options = {
    ...(inputScale !== undefined && { scale: factorOf(inputScale) }),
    ...(inputMean && { mean: inputMean }),
    ...(inputStd && { std: inputStd }),
    ...(inputLayout && { layout: inputLayout }),
  };
  if (Object.keys(options).length === 0) return model;
  using own = model;
  if (own.record.reading !== undefined) {
    throw new UserError(
      `Cannot use --input options with ${path}: the file says how its inputs are scaled`,
      EXIT.usage,
    );
  }
  try {
    return preprocessed(own, options);
  } catch (error) {
    throw error instanceof InputError ? new UserError(error.about(`read model ${path}`).message) : error;
  }
}

/** Files of a model by their names, its own first. */
async function filesOf(path: string): Promise<[bytes: Uint8Array, beside: Record<string, Uint8Array>]> {
  const bytes = await readFile(path), ending = endingOf(path);
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const names = ending === undefined ? [] : READERS[ending].beside(bytes);
  const files = names.map(async (name) => [name, await readFile(`${folder}${name}`)] as const);
  return [bytes, Object.fromEntries(await Promise.all(files))];
}

/** The bytes of the model's file at `path`, and of those with its weights. @throws {UserError} if they cannot be read */
export async function modelFiles(path: string): Promise<Uint8Array[]> {
  const [bytes, beside] = await filesOf(path);
  return [bytes, ...Object.values(beside)];
}

/**
 * The model in the file at `path`, with what the options `before` it say.
 *
 * @throws {UserError} if it cannot be read, or holds none, or the options do not fit it
 */
export async function readModel(path: string, before: BeforeValues = {}): Promise<Model> {
  return withInputs(await modelIn(path), path, before);
}

async function modelIn(path: string): Promise<Model> {
  const ending = endingOf(path);
  if (ending === undefined) return readOrReport(`read model ${path}`, await readFile(path), loadModel);
  try {
    return await READERS[ending].read(...await filesOf(path));
  } catch (error) {
    throw error instanceof InputError ? new UserError(error.about(`read model ${path}`).message) : error;
  }
}
