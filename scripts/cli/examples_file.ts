/** Adversarial examples as files, in the format that their name's ending says. @module */

import type { Adversarial, Batch } from "../../src/mod.ts";
import { EXIT, UserError } from "../errors.ts";
import { labelsBeside } from "../data/layouts.ts";
import { writeFileWhole } from "../files.ts";
import { flag } from "./options.ts";
import { matrixTensor, vectorTensor, writeTensors } from "./outputs.ts";

/** An option of commands that write files of data. */
export const FORCE = flag("Overwrite an existing file");

/** What adversarial examples are written from. */
interface Made {
  readonly examples: Batch;
  readonly adversarial: Adversarial;
  /** What the model took the examples for. */
  readonly before: Int32Array;
  /** How they were made, ready for JSON. */
  readonly made: Readonly<Record<string, unknown>>;
}

const WRITERS: Readonly<Record<string, (path: string, made: Made) => Promise<void>>> = {
  safetensors: (path, { examples, adversarial, before, made }) =>
    writeTensors(path, {
      x: matrixTensor(examples.x),
      xAdv: matrixTensor(adversarial.x),
      label: vectorTensor(examples.labels),
      predicted: vectorTensor(before),
      predictedAdv: vectorTensor(adversarial.predicted),
      // a classifier that answers by labels says none
      ...(!Number.isNaN(adversarial.probabilities.data[0]) &&
        { probabilityAdv: matrixTensor(adversarial.probabilities) }),
    }, Object.fromEntries(Object.entries(made).map(([key, value]) => [key, asText(value)]))),
  // an array has no place for labels
  async npy(path, { examples, adversarial: { x } }) {
    const { labels } = examples, names = namesOf(examples);
    await writeFileWhole(path, npy("<f4", `${x.rows}, ${x.cols}`, x.data));
    await writeFileWhole(
      labelsBeside(path),
      names ? npyTexts(Array.from(labels, (label) => names[label])) : npy("<i4", `${labels.length},`, labels),
    );
  },
  csv(path, { examples, adversarial: { x } }) {
    const names = namesOf(examples)?.map((name) =>
      /[",\s]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
    );
    const lines = Array.from(examples.labels, (label, i) => {
      const inputs = x.data.subarray(i * x.cols, (i + 1) * x.cols);
      return `${names?.[label] ?? label},${inputs}\n`;
    });
    return writeFileWhole(path, lines.join(""));
  },
};

/** The names by which data know their classes; none where they are the numbers of these. */
function namesOf({ classNames }: Batch): readonly string[] | undefined {
  return classNames?.every((name, k) => name === `${k}`) ? undefined : classNames;
}

/** The formats, in words. */
export const FORMATS = "safetensors, npy with labels beside, or csv";

/** The files that examples are written to, `path` and what goes beside it. */
export function filesOf(path: string): string[] {
  return formatOf(path) === "npy" ? [path, labelsBeside(path)] : [path];
}

/** The format that a file's name says, safetensors without an ending. @throws {UserError} if it says another */
export function formatOf(path: string): string {
  const ending = /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? "safetensors";
  if (Object.hasOwn(WRITERS, ending)) return ending;
  throw new UserError(
    `--out must end with ${Object.keys(WRITERS).map((each) => `.${each}`).join(" or ")}, not ${path}`,
    EXIT.usage,
  );
}

/** Writes adversarial examples to `path`. @throws {UserError} if its name says no format, or the system refuses */
export function writeExamples(path: string, made: Made): Promise<void> {
  return WRITERS[formatOf(path)](path, made);
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The .npy file, version 1.0, of numbers of the type `descr`. */
function npy(descr: string, shape: string, numbers: Float32Array | Int32Array | Uint32Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = 64 * Math.ceil((10 + header.length + 1) / 64);
  const bytes = new Uint8Array(length + numbers.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), length);
  return bytes;
}

/** The .npy file of `texts`, in NumPy's type `U`. */
function npyTexts(texts: readonly string[]): Uint8Array {
  const codes = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const size = Math.max(1, ...codes.map(({ length }) => length));
  const all = new Uint32Array(size * codes.length);
  codes.forEach((each, i) => all.set(each, i * size));
  return npy(`<U${size}`, `${texts.length},`, all);
}
