/** Examples to train on and to attack. @module */

import { InputError } from "../../errors.ts";
import { type Batch, batch, digits, matrix, readIdx, slice } from "../../mod.ts";
import { unitFloats } from "../../data/idx.ts";
import { CLASSES, type Gallery, PIXELS } from "../messages.ts";

/** Training and held-out examples, with what is known of them. */
export interface Data {
  readonly name: string;
  readonly builtIn: boolean;
  readonly inputs: number;
  readonly classes: number;
  /** Numbers of examples, known before the examples are made. */
  readonly sizes: { readonly train: number; readonly test: number };
  readonly train: Batch;
  readonly test: Batch;
  /** Whether the labels are known; all are 0 otherwise. */
  readonly labelled: boolean;
  /** Names of the inputs, if they are columns of a table. */
  readonly features?: readonly string[];
  readonly classNames?: readonly string[];
}

/** Numbers of the built-in digits. */
const TRAIN = 2000, TEST = 500;

/** Numbers of examples that a page can hold and train on while someone watches. */
const MAX_TRAIN = 10000, MAX_TEST = 2000;

/** The digits that come with the library, drawn when they are needed. */
export function builtInDigits(): Data {
  let train: Batch | undefined, test: Batch | undefined;
  return {
    name: "built-in digits",
    builtIn: true,
    inputs: PIXELS,
    classes: CLASSES,
    sizes: { train: TRAIN, test: TEST },
    labelled: true,
    get train() {
      return train ??= digits({ train: TRAIN, test: 0 }).train;
    },
    get test() {
      return test ??= digits({ train: 0, test: TEST }).test;
    },
  };
}

/** The first `count` held-out examples of `data`. */
export function galleryOf(data: Data, count: number): Gallery {
  const { name, builtIn, inputs, classes, sizes, labelled, features, classNames } = data;
  // the first digits are the same however many there are
  const all = builtIn ? digits({ train: 0, test: count }).test : data.test;
  const { x, labels } = slice(all, 0, count);
  return {
    name,
    builtIn,
    inputs,
    classes,
    features,
    classNames,
    ...sizes,
    examples: x.data.slice(),
    labels: labelled ? labels.slice() : undefined,
  };
}

/**
 * The images, and their classes if there are any, of the IDX files `images` and `labels`.
 *
 * @throws {InputError} if either is no such file
 * @throws {InputError} if the images are not of the size of the page's digits
 */
export function imageData(name: string, images: Uint8Array, labels?: Uint8Array): Data {
  const { shape, data } = readIdx(images);
  if (!(data instanceof Uint8Array)) {
    throw new InputError("shape", `use ${name}`, "its images are not of unsigned bytes");
  }
  const [count, ...sizes] = shape;
  const pixels = sizes.reduce((product, n) => product * n, 1);
  if (sizes.length === 0 || pixels !== PIXELS) {
    const side = Math.sqrt(PIXELS);
    throw new InputError(
      "shape",
      `use ${name}`,
      `its images are ${sizes.join(" × ") || "single numbers"}, the page's are ${side} × ${side}`,
    );
  }
  return splitData(name, {
    count,
    inputs: PIXELS,
    classes: CLASSES,
    rows: (from, to) => unitFloats(data.subarray(from * PIXELS, to * PIXELS)),
    labels: labels && labelsOf(labels, count),
  });
}

/**
 * Examples of a file: the first four fifths to train on, the rest held out.
 *
 * @throws {InputError} if there are fewer than two
 */
export function splitData(
  name: string,
  { count, inputs, classes, rows, labels, ...names }: {
    count: number;
    inputs: number;
    classes: number;
    /** Inputs of a range of examples. */
    rows: (from: number, to: number) => Float32Array;
    labels?: ArrayLike<number>;
    features?: readonly string[];
    classNames?: readonly string[];
  },
): Data {
  const test = Math.min(MAX_TEST, Math.ceil(count / 5));
  const train = Math.min(MAX_TRAIN, count - test);
  if (train <= 0) {
    throw new InputError("value", `use ${name}`, `it has ${count} examples, at least 2 are needed`);
  }
  const part = (from: number, to: number) =>
    batch({
      x: matrix(to - from, inputs, rows(from, to)),
      labels: Array.from({ length: to - from }, (_, i) => labels?.[from + i] ?? 0),
      classes,
    });
  return {
    name,
    builtIn: false,
    inputs,
    classes,
    ...names,
    sizes: { train, test },
    train: part(0, train),
    test: part(count - test, count),
    labelled: labels !== undefined,
  };
}

function labelsOf(bytes: Uint8Array, count: number): Int32Array {
  const { shape, data } = readIdx(bytes);
  if (shape.length !== 1 || shape[0] !== count) {
    throw new InputError("shape", "use the labels", `${count} images, but labels of ${shape.join(" × ")}`);
  }
  return Int32Array.from(data, Number);
}
