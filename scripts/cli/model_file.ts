/** Model files of every format that is read. @module */

import { InputError, loadModel, type Model } from "../../src/mod.ts";
import { externalFiles, readOnnx } from "../../src/onnx.ts";
import { readTfjs, tfjsFiles } from "../../src/tfjs.ts";
import { readKerasFile } from "../data/keras.ts";
import { UserError } from "../errors.ts";
import { readFile, readOrReport } from "./inputs.ts";

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
 * The model in the file at `path`.
 *
 * @throws {UserError} if it cannot be read, or holds none
 */
export async function readModel(path: string): Promise<Model> {
  const ending = endingOf(path);
  if (ending === undefined) return readOrReport(`read model ${path}`, await readFile(path), loadModel);
  try {
    return await READERS[ending].read(...await filesOf(path));
  } catch (error) {
    throw error instanceof InputError ? new UserError(error.about(`read model ${path}`).message) : error;
  }
}
