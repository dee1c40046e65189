/** What commands work on: models and examples. @module */

import { type Batch, families, InputError, type Reading, slice } from "../../src/mod.ts";
import { readFitted } from "../../src/data/reading.ts";
import { loadData, type LoadOptions } from "../data/folder.ts";
import { reason, UserError } from "../errors.ts";
import { type Described, inClassesOf, inNamedClasses, keepClasses } from "./classes.ts";
import { choice, integerOption, number, text, type Values } from "./options.ts";

/** What fails where bytes are no safetensors file. */
const READ_SAFETENSORS = "read safetensors";

/** Options that several commands share. */
export const SHARED = {
  model: text({ help: "Model file", placeholder: "FILE", required: true }),
  modelOrUrl: text({
    help: "Model file, or the URL of a classifier that answers over HTTP",
    placeholder: "FILE|URL",
    required: true,
  }),
  data: text({
    help: "The built-in digits; or a folder of IDX, CSV, .npy or image files; or a file, .npz among others",
    placeholder: "digits|PATH",
    required: true,
  }),
  split: choice(["test", "train"], {
    help: "Which examples: those held out, or those to train on",
    default: "test",
  }),
  limit: integerOption({ help: "Take the first N examples only", min: 1 }),
  epsilon: number({
    help: "Size of the perturbation, in input units; of rotation, the angle in radians",
    placeholder: "E",
    min: 0,
    required: true,
  }),
  seed: integerOption({ help: "Seed of the random numbers", min: 0, default: 0 }),
} as const;

/** Options of how data are read. */
export const READ_OPTIONS = {
  scale: choice(["auto", "none", "255", "standard", "minmax"], {
    help: "Scale inputs: auto divides bytes of images by 255, or with a model scales as in its training",
    default: "auto",
  }),
  header: choice(["auto", "yes", "no"], {
    help: "CSV: whether the first line is a heading",
    default: "auto",
  }),
  label: text({
    help: "CSV: column of the label, by name, place from 0, first or last; by default found",
    placeholder: "COLUMN",
  }),
  index: text({
    help: "CSV: column that numbers the lines and is left out, by name or place, or none; by default found",
    placeholder: "COLUMN",
  }),
  separator: choice(["auto", "comma", "semicolon", "tab", "bar"], {
    help: "CSV: what separates the values of a line",
    default: "auto",
  }),
  labelBase: choice(["auto", "0", "1"], {
    help: "Number of the first class; auto is 1 if labels are exactly 1 … K",
    default: "auto",
  }),
  classCount: integerOption({ help: "Number of classes; by default found from the labels", min: 1 }),
  missing: choice(["refuse", "drop"], {
    help: "What to do with examples that lack a value",
    default: "refuse",
  }),
} as const;

/** What those options say; none of them is nothing. */
export type ReadingValues = { readonly [K in keyof typeof READ_OPTIONS]?: Values<typeof READ_OPTIONS>[K] };

/** The same as loading takes it. */
export function loadOptions(
  { scale, header, label, index, separator, labelBase = "auto", classCount, missing }: ReadingValues,
): LoadOptions {
  const base = labelBase === "auto" ? labelBase : Number(labelBase) as 0 | 1;
  return { scale, header, label, index, separator, labelBase: base, classes: classCount, missing };
}

/** Names of the model families. */
export const FAMILIES: readonly string[] = Object.keys(families);

/**
 * The bytes of the file at `path`.
 *
 * @throws {UserError} if it cannot be read
 */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${reason(error)}`);
  }
}

/** What `read` makes of `bytes`, its error as the user's, about `action`. */
export function readOrReport<T>(action: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  // the 9th byte tells other kinds of file apart; in those the length that safetensors would read is meaningless
  if (bytes[8] !== "{".charCodeAt(0)) throw new UserError(`Cannot ${action}: it is not a safetensors file`);
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const what = error.action === READ_SAFETENSORS && error.code === "format"
      ? "it is not a whole safetensors file: "
      : "";
    throw new UserError(`Cannot ${action}: ${what}${error.reason}`);
  }
}

/** Which examples of which data. */
interface Wanted extends ReadingValues {
  readonly data: string;
  readonly split: "test" | "train";
  readonly limit: number | undefined;
  /** Whether the model scales what it is given, so that the data stay as they are. */
  readonly inputScale?: string;
}

/**
 * The examples `wanted`, in the classes that `model` was trained to tell apart; `file` is its name.
 *
 * @throws {UserError} if they do not fit the model
 */
export async function examplesFor(model: Described, file: string, wanted: Wanted): Promise<Examples> {
  const { reading: record } = model.record;
  const fitted = record === undefined ? undefined : fittedOf(file, record, model);
  const { inputScale, scale = "auto" } = wanted;
  const scaling = inputScale !== undefined && scale === "auto" ? "none" : scale;
  const data = await loadData(wanted.data, { ...loadOptions(wanted), scale: scaling, fitted });
  const examples = data[wanted.split];
  const kept = model.record.classes?.split(",").map(Number) ?? [];
  const fitting = model.record.classNames !== undefined
    ? inNamedClasses(file, model.record.classNames, examples)
    : data.scaled
    ? inClassesOf(model, examples, { kept, names: fitted?.labels.names })
    : kept.length > 0 && kept.every((label) => label < examples.classes)
    ? keepClasses(examples, kept)
    : examples;
  const problem = examples.x.cols !== model.inputs
    ? `the model takes ${model.inputs} inputs, the examples have ${examples.x.cols}`
    : fitting.classes > model.classes
    ? `the model knows ${model.classes} classes, the examples have ${fitting.classes}`
    : fitting.x.rows === 0
    ? "no example belongs to its classes"
    : undefined;
  if (problem) throw new UserError(`Cannot use ${file} on ${wanted.data}: ${problem}`);
  return { ...slice(fitting, 0, wanted.limit), reading: readingFor(model, data.reading) };
}

/** How data were read, with what the model does to them first. */
function readingFor({ record: { preprocessing } }: Described, reading: Reading): Reading {
  if (preprocessing === undefined) return reading;
  const units = reading.scaling.kind === "none" ? ", epsilon and bounds in units of the data" : "";
  return { ...reading, source: { ...reading.source, preprocessing: `${preprocessing}${units}` } };
}

/** The examples `wanted` for a model of which only its answers are known. @throws {UserError} if there are none */
export async function loadExamples(wanted: Wanted): Promise<Examples> {
  const data = await loadData(wanted.data, loadOptions(wanted));
  return { ...slice(data[wanted.split], 0, wanted.limit), reading: data.reading };
}

/** Inputs in a row of an image, if the inputs are images. */
export function rowWidth({ image }: Reading): number | undefined {
  return image && image.width * image.channels;
}

/** Examples, and how they were read. */
export interface Examples extends Batch {
  readonly reading: Reading;
}

function fittedOf(file: string, record: string, { inputs }: Described): ReturnType<typeof readFitted> {
  try {
    return readFitted(record, inputs);
  } catch (error) {
    throw error instanceof InputError ? new UserError(`Cannot read model ${file}: ${error.reason}`) : error;
  }
}

/** @throws `error`, as the user's if it is about the file at `path` */
export function refused(path: string, error: unknown): never {
  throw error instanceof InputError ? new UserError(error.about(`read model ${path}`).message) : error;
}
