/** Model files of every format that is read. @module */

import { InputError, loadModel, type Model } from "../../src/mod.ts";
import { externalFiles, readOnnx } from "../../src/onnx.ts";
import { readTfjs, tfjsFiles } from "../../src/tfjs.ts";
import { type Expectation, expectationOf, TEST_DATA } from "../data/expectation.ts";
import { readKerasFile } from "../data/keras.ts";
import type { BlackBox } from "../data/onnxruntime.ts";
import { EXIT, reason, UserError } from "../errors.ts";
import { readFile, readOrReport, refused } from "./inputs.ts";
import { choice, type Values } from "./options.ts";
import { BEFORE, type BeforeValues, boxWithInputs, withInputs } from "./preprocessing.ts";

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

/** Options of a model that is asked for answers: what runs it, and what is done to inputs before it. */
export const ASKED = {
  ...BEFORE,
  runtime: choice(["auto", "gibbon", "onnxruntime"], {
    help:
      "What runs an ONNX model: this program, with gradients, or the npm package onnxruntime-web, for any operators",
    default: "auto",
  }),
} as const;

/** What those options say; none of them is nothing. */
export type AskedValues = { readonly [K in keyof typeof ASKED]?: Values<typeof ASKED>[K] };

/** The folder of a file, with what parts it from the name. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Files of a model by their names, its own first. */
async function filesOf(path: string): Promise<[bytes: Uint8Array, beside: Record<string, Uint8Array>]> {
  const bytes = await readFile(path), ending = endingOf(path);
  const folder = folderOf(path);
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
  return withInputs(await modelIn(path).catch((error) => refused(path, error)), path, before);
}

/** A model that is asked for answers, and perhaps gradients. */
export type Asked = Model | BlackBox;

/**
 * The same for what asks a model alone: where this program does not know an operator of an ONNX file, or `runtime` says
 * so, a classifier without gradients through onnxruntime, which `note` is told.
 *
 * @throws {UserError} also if onnxruntime is asked for and is not there
 */
export async function openModel(
  path: string,
  { runtime = "auto", ...before }: AskedValues,
  note: (text: string) => void,
): Promise<Asked> {
  const box = async () => {
    const { onnxruntimeClassifier } = await import("../data/onnxruntime.ts");
    const [bytes, external] = await filesOf(path);
    return boxWithInputs(onnxruntimeClassifier(bytes, { external }), path, before);
  };
  if (runtime === "onnxruntime") {
    if (!isOnnx(path)) {
      throw new UserError(`--runtime onnxruntime is for ONNX files, not ${path}`, EXIT.usage);
    }
    return await box().catch((error) => refused(path, error));
  }
  let model: Model;
  try {
    model = await modelIn(path);
  } catch (error) {
    if (!(error instanceof InputError) || !isOnnx(path) || runtime === "gibbon") return refused(path, error);
    const { isInstalled } = await import("../data/onnxruntime_session.ts");
    if (!isInstalled()) {
      note("--runtime onnxruntime asks models of other operators through onnxruntime-web, without gradients");
      return refused(path, error);
    }
    // if it does not take the file either, this program's own error is reported
    const other = await box().catch(() => refused(path, error));
    note(`${error.reason}: asked through onnxruntime, without gradients`);
    return other;
  }
  return withInputs(model, path, before);
}

/** The model in the file at `path`. @throws {InputError} if it holds none that is known here, or not what its test data say */
async function modelIn(path: string): Promise<Model> {
  const ending = endingOf(path);
  if (ending === undefined) return readOrReport(`read model ${path}`, await readFile(path), loadModel);
  const [bytes, beside] = await filesOf(path), model = await READERS[ending].read(bytes, beside);
  const found = ending === ".onnx" ? await compared(path, model, bytes) : undefined;
  if (!found || found.met) return model;
  model[Symbol.dispose]();
  throw new InputError(
    "value",
    "read the ONNX model",
    `its scores are ${
      found.difference.toExponential(1)
    } from those in ${TEST_DATA}, so that it is not read as it is meant`,
  );
}

/** How far a model is from the test data beside its file; nothing if there are none. */
async function compared(path: string, model: Model, bytes: Uint8Array): Promise<Expectation | undefined> {
  return await expectationOf(model, bytes, async (name) => {
    try {
      return await Deno.readFile(`${folderOf(path)}${TEST_DATA}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new UserError(`Cannot read ${folderOf(path)}${TEST_DATA}/${name}: ${reason(error)}`);
    }
  });
}

/** The same for the file at `path`; null where there are no test data. */
export async function expectationFor(path: string, model: Model): Promise<Expectation | null> {
  if (!isOnnx(path)) return null;
  return await compared(path, model, await readFile(path)) ?? null;
}
