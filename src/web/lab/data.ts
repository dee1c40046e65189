/** Images to learn from and to look at. @module */

import { InputError } from "../../errors.ts";
import { type Batch, batch, digits, matrix, readIdx, slice } from "../../mod.ts";
import { unitFloats } from "../../data/idx.ts";
import { CLASSES, type Gallery, PIXELS } from "./protocol.ts";

/** Examples, and what they are. */
export interface Data {
  readonly name: string;
  /** How many there are, which is known before they are. */
  readonly sizes: { readonly train: number; readonly test: number };
  readonly train: Batch;
  readonly test: Batch;
  /** Whether the labels are known; all are 0 otherwise. */
  readonly labelled: boolean;
}

/** Of the built-in digits; ten times as many to learn from make a page that is not there at once. */
const LEARN = 2000, TEST = 500;

/** Of a file, at most: what a page can hold and train on while one looks. */
const MOST_LEARN = 10000, MOST_TEST = 2000;

/** The digits that come with the library, drawn when they are asked for: those held out are not for who only trains. */
export function builtInDigits(): Data {
  let trainSet: Batch | undefined, test: Batch | undefined;
  return {
    name: "built-in digits",
    sizes: { train: LEARN, test: TEST },
    labelled: true,
    get train() {
      return trainSet ??= digits({ train: LEARN, test: 0 }).train;
    },
    get test() {
      return test ??= digits({ train: 0, test: TEST }).test;
    },
  };
}

/** The first `count` held-out images of `data`; of the built-in digits if there is no other. */
export function galleryOf(data: Data | undefined, count: number): Gallery {
  const { name, sizes, labelled } = data ?? builtInDigits();
  // an example is the same whatever the number of them, so these few are at hand at once
  const { x, labels } = slice(data?.test ?? digits({ train: 0, test: count }).test, 0, count);
  return {
    name,
    ...sizes,
    images: x.data.slice(),
    labels: labelled ? labels.slice() : undefined,
  };
}

/**
 * The images, and their classes if there are any, of the IDX files `images` and `labels`: the first four fifths to
 * learn from, the rest held out.
 *
 * @throws {InputError} if either is no such file
 * @throws {InputError} if the images are not those that the page's models take
 */
export function dataOf(name: string, images: Uint8Array, labels?: Uint8Array): Data {
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
  const test = Math.min(MOST_TEST, Math.ceil(count / 5));
  const trainSet = Math.min(MOST_LEARN, count - test);
  if (trainSet === 0) {
    throw new InputError("value", `use ${name}`, `it has ${count} images, at least 2 are needed`);
  }
  const classes = labels ? labelsOf(labels, count) : new Int32Array(count);
  const part = (from: number, to: number) =>
    batch({
      x: matrix(to - from, PIXELS, unitFloats(data.subarray(from * PIXELS, to * PIXELS))),
      labels: classes.subarray(from, to),
      classes: CLASSES,
    });
  return {
    name,
    sizes: { train: trainSet, test },
    train: part(0, trainSet),
    test: part(count - test, count),
    labelled: labels !== undefined,
  };
}

function labelsOf(bytes: Uint8Array, count: number): Int32Array {
  const { shape, data } = readIdx(bytes);
  if (shape.length !== 1 || shape[0] !== count) {
    throw new InputError(
      "shape",
      "use the labels",
      `${count} images, but labels of ${shape.join(" × ")}`,
    );
  }
  return Int32Array.from(data, Number);
}
