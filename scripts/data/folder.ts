/** Data sets by name: the built-in digits, or a folder of files. @module */

import type { Batch } from "../../src/data/batch.ts";
import { csvBatch } from "../../src/data/csv.ts";
import { digits } from "../../src/data/digits.ts";
import { InputError } from "../../src/errors.ts";
import { idxBatch, readIdx } from "../../src/data/idx.ts";
import { npyBatch, readNpy } from "../../src/data/npy.ts";
import { reason, UserError } from "../errors.ts";

/** Examples to learn from and others to test on. */
export interface Data {
  /** The name the data were asked for by. */
  readonly name: string;
  /** Examples to learn from. */
  readonly train: Batch;
  /** Examples held out. */
  readonly test: Batch;
}

/** A way to hold data in a folder. */
interface Layout {
  /** For each file to learn from, the names it may have. */
  readonly train: readonly (readonly string[])[];
  /** For each file to test on, the names it may have. */
  readonly test: readonly (readonly string[])[];
  /** Throws if one file alone is not as it should be, so that its name can be told. */
  check(file: Uint8Array): unknown;
  /** The examples in the files of one half. */
  read(files: Uint8Array[]): Batch;
}

const LAYOUTS: readonly Layout[] = [
  {
    train: [idxNames("train-images", 3), idxNames("train-labels", 1)],
    test: [idxNames("t10k-images", 3), idxNames("t10k-labels", 1)],
    check: readIdx,
    read: ([images, labels]) => idxBatch(images, labels),
  },
  {
    train: [["x_train.npy"], ["y_train.npy"]],
    test: [["x_test.npy"], ["y_test.npy"]],
    check: readNpy,
    read: ([x, labels]) => npyBatch(x, labels),
  },
  {
    train: [["train.csv", "mnist_train.csv"]],
    test: [["test.csv", "mnist_test.csv"]],
    check: () => {},
    read: ([text]) => csvBatch(new TextDecoder().decode(text)),
  },
];

/**
 * The data called `name`: `digits`, the built-in set drawn from `seed`, or else a folder that holds the four
 * files of MNIST as IDX, gzipped or not, or `train.csv` and `test.csv`, or `x_train.npy`, `y_train.npy`,
 * `x_test.npy` and `y_test.npy`.
 *
 * @throws {UserError} if there is no such folder, it lacks a file, or a file cannot be read or does not fit
 */
export async function loadData(
  name: string,
  { seed }: {
    /** Seed of the built-in digits; default theirs. */
    seed?: number;
  } = {},
): Promise<Data> {
  if (name === "digits") return { name, ...digits({ seed }) };
  const there = await namesIn(name);
  const layout = LAYOUTS.find((layout) =>
    [...layout.train, ...layout.test].some((names) => held(names, there))
  );
  if (layout === undefined) {
    throw new UserError(
      `Cannot load data from ${name}: it holds neither train-images-idx3-ubyte[.gz] and its three companions, ` +
        "nor train.csv and test.csv, nor x_train.npy, y_train.npy, x_test.npy and y_test.npy",
    );
  }
  const [trainSet, test] = [layout.train, layout.test].map((half) => pathsOf(name, half, there));
  const data = { name, train: await readHalf(trainSet, layout), test: await readHalf(test, layout) };
  if (data.train.x.cols !== data.test.x.cols) {
    throw new UserError(
      `Cannot load data from ${name}: ${data.train.x.cols} inputs to learn from but ${data.test.x.cols} to test on`,
    );
  }
  return withClasses(data, Math.max(data.train.classes, data.test.classes));
}

/** Both halves, each with the number of classes of the one that has more. */
function withClasses({ name, train: trainSet, test }: Data, classes: number): Data {
  return { name, train: { ...trainSet, classes }, test: { ...test, classes } };
}

function idxNames(stem: string, dimensions: number): string[] {
  const plain = [`${stem}-idx${dimensions}-ubyte`, `${stem}.idx${dimensions}-ubyte`];
  return [...plain, ...plain.map((name) => `${name}.gz`)];
}

function held(names: readonly string[], there: ReadonlySet<string>): string | undefined {
  return names.find((name) => there.has(name));
}

async function namesIn(folder: string): Promise<Set<string>> {
  try {
    const names = new Set<string>();
    for await (const entry of Deno.readDir(folder)) names.add(entry.name);
    return names;
  } catch (error) {
    const why = error instanceof Deno.errors.NotADirectory
      ? "it is not a folder"
      : error instanceof Deno.errors.NotFound
      ? "there is no such folder, and the one built-in set is digits"
      : reason(error);
    throw new UserError(`Cannot load data from ${folder}: ${why}`);
  }
}

function pathsOf(folder: string, half: readonly (readonly string[])[], there: ReadonlySet<string>): string[] {
  return half.map((names) => {
    const name = held(names, there);
    if (name === undefined) throw new UserError(`Cannot load data from ${folder}: ${names[0]} is missing`);
    return `${folder}/${name}`;
  });
}

async function readHalf(paths: readonly string[], { check, read }: Layout): Promise<Batch> {
  const files = await Promise.all(paths.map(readWhole));
  files.forEach((file, i) => orTell(paths[i], () => check(file)));
  return orTell(paths.join(" and "), () => {
    const batch = read(files);
    if (batch.x.rows === 0) throw new InputError("shape", "make a batch", "there are no examples");
    return batch;
  });
}

/** What `run` returns, or its error as the user's, about the files at `paths` instead of the action that failed. */
function orTell<T>(paths: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new UserError(`Cannot load data from ${paths}: ${reason(error)}`);
  }
}

/** The bytes of the file at `path`, unpacked if it ends in `.gz`. */
async function readWhole(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${reason(error)}`);
  }
  if (!path.endsWith(".gz")) return bytes;
  try {
    return await gunzip(bytes);
  } catch {
    throw new UserError(`Cannot read ${path}: it is not a whole gzip file`);
  }
}

/**
 * The bytes packed in the gzip file `bytes`.
 *
 * @throws {InputError} if `bytes` are not whole, sound gzip
 */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).bytes();
}
