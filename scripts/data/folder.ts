/** Data sets by name: the built-in digits, a folder of files, or a file. @module */

import { type Batch, type CsvOptions, digits, InputError, type Reading } from "../../src/mod.ts";
import { type ReadOptions, readTables, type Table, tableRows } from "../../src/data/table.ts";
import { SIDE } from "../../src/data/digits/raster.ts";
import { reason, UserError } from "../errors.ts";
import { inFile, readFound, type Tables } from "./data_file.ts";
import { holdsImages, imageTables } from "./images.ts";
import { layoutOf } from "./layouts.ts";

/** Examples to train on and others to test on. */
export interface Data {
  /** The name the data were asked for by. */
  readonly name: string;
  /** Examples to train on. */
  readonly train: Batch;
  /** Examples held out. */
  readonly test: Batch;
  /** How they were read. */
  readonly reading: Reading;
  /** Whether inputs are scaled and classes counted as a model takes them already, as in what an attack wrote. */
  readonly scaled?: boolean;
}

/** How to load data. */
export interface LoadOptions extends CsvOptions, ReadOptions {
  /** Seed of the built-in digits; default theirs. */
  seed?: number;
  /** Whether every fifth example of data in one part is held out; by default both parts are then all of them. */
  holdOut?: boolean;
}

/** Of data in one part, one example of so many is held out. */
const HELD_OUT = 5;

const NOTHING =
  "it holds neither train-images-idx3-ubyte[.gz] and its three companions, nor train.csv and test.csv, nor x_train.npy, " +
  "y_train.npy, x_test.npy and y_test.npy, nor one .npz file, nor folders train and test with a folder of PNG or JPEG " +
  "images for each class";

/**
 * The data called `name`: `digits`, the built-in set drawn from `seed`; a folder that holds IDX files as MNIST, EMNIST and
 * Fashion-MNIST have them, gzipped or not, `train.csv` and `test.csv`, `x_train.npy`, `y_train.npy`, `x_test.npy` and
 * `y_test.npy`, an `.npz` archive, or images by class; or one file of these kinds, or one that `gibbon attack` wrote.
 *
 * @throws {UserError} if there is none, it lacks a file, or a file cannot be read or does not fit
 */
export async function loadData(name: string, options: LoadOptions = {}): Promise<Data> {
  const { seed, holdOut = false, label, header, index, separator, ...rest } = options;
  try {
    const found = name === "digits"
      ? { tables: digitTables(seed) }
      : await tablesOf(name, { label, header, index, separator });
    const { tables, scaled = false } = found as Tables;
    const parts = tables.length === 1 && holdOut ? heldOut(name, tables[0]) : tables;
    // an attack writes places of classes, and leaves none of those it was given out
    const how: ReadOptions = scaled ? { scale: "none", labelBase: 0 } : rest;
    const { batches: [train, test = train], reading } = readTables(parts, how);
    const source = { ...reading.source, ...partsOf(tables, holdOut) };
    return { name, train, test, reading: { ...reading, source }, ...(scaled && { scaled }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new UserError(
      error.action === "read data" ? error.about(`load data from ${name}`).message : error.message,
    );
  }
}

function digitTables(seed: number | undefined): Table[] {
  const { train, test } = digits({ seed });
  const pixels = { width: SIDE, height: SIDE, channels: 1 };
  return [train, test].map(({ x, labels }) => ({ x, labels, pixels, source: { format: "built-in digits" } }));
}

/** What output says of a file that is in one part. */
function partsOf(tables: readonly Table[], holdOut: boolean): Record<string, string> {
  if (tables.length > 1) return {};
  return { parts: holdOut ? `one, of which every ${HELD_OUT}th example is held out` : "one" };
}

function heldOut(name: string, table: Table): Table[] {
  if (table.x.rows < HELD_OUT) {
    throw new UserError(
      `Cannot hold examples of ${name} out: it has ${table.x.rows}, at least ${HELD_OUT} are needed`,
    );
  }
  const rows = Array.from({ length: table.x.rows }, (_, i) => i);
  const isHeldOut = (i: number) => i % HELD_OUT === HELD_OUT - 1;
  return [tableRows(table, rows.filter((i) => !isHeldOut(i))), tableRows(table, rows.filter(isHeldOut))];
}

async function tablesOf(path: string, csv: CsvOptions): Promise<Tables> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such folder or file, and the only built-in set is digits"
      : reason(error);
    throw new UserError(`Cannot load data from ${path}: ${why}`);
  }
  return info.isDirectory ? { tables: await inFolder(path, csv) } : await inFile(path, csv);
}

async function inFolder(folder: string, csv: CsvOptions): Promise<readonly Table[]> {
  const action = `load data from ${folder}`;
  const files: string[] = [], folders: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      (isDirectory ? folders : files).push(name);
    }
  } catch (error) {
    throw new UserError(`Cannot ${action}: ${reason(error)}`);
  }
  // a folder where a file is expected is told as such
  const found = layoutOf(action, [...files, ...folders.filter((name) => /[-.]/.test(name))]);
  if (found) return await readFound(folder, found, csv);
  for (const kind of [/\.npz$/i, /\.(csv|tsv)(\.gz)?$/i]) {
    const [file, ...others] = files.filter((name) => kind.test(name)).sort();
    if (others.length > 0) {
      throw new UserError(
        `Cannot ${action}: it holds several files, ${[file, ...others].slice(0, 4).join(", ")}; name one`,
      );
    }
    if (file !== undefined) return (await inFile(`${folder}/${file}`, csv)).tables;
  }
  if (folders.includes("train") && folders.includes("test") && await holdsImages(`${folder}/train`)) {
    return await imageTables([`${folder}/train`, `${folder}/test`]);
  }
  if (await holdsImages(folder)) return await imageTables([folder]);
  throw new UserError(`Cannot ${action}: ${NOTHING}`);
}
