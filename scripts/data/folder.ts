/** Data sets by name: the built-in digits, a folder of files, or a file. @module */

import {
  type Batch,
  type CsvOptions,
  digits,
  InputError,
  readIdx,
  type Reading,
  readNpy,
  readSafetensors,
} from "../../src/mod.ts";
import { csvTables } from "../../src/data/csv.ts";
import { idxTable } from "../../src/data/idx.ts";
import { npyTable } from "../../src/data/npy.ts";
import { type ReadOptions, readTables, type Table } from "../../src/data/table.ts";
import { SIDE } from "../../src/data/digits/raster.ts";
import { tableRows } from "../../src/data/table.ts";
import { reason, UserError } from "../errors.ts";
import { isZip, npzTables } from "./archive.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { holdsImages, imageTables } from "./images.ts";
import { type DataFiles, labelsBeside, layoutOf } from "./layouts.ts";

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
  const { seed, holdOut = false, label, header, separator, ...rest } = options;
  try {
    const found = name === "digits"
      ? { tables: digitTables(seed) }
      : await tablesOf(name, { label, header, separator });
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

/** Tables, and whether their inputs are as a model takes them already. */
interface Tables {
  readonly tables: readonly Table[];
  readonly scaled?: boolean;
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
      ? "there is no such folder or file, and the one built-in set is digits"
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

/** The tables of a file alone, or with those beside it that belong to it. */
async function inFile(path: string, csv: CsvOptions): Promise<Tables> {
  const at = path.lastIndexOf("/");
  const [folder, file] = at < 0 ? [".", path] : [path.slice(0, at) || "/", path.slice(at + 1)];
  const bytes = await readWhole(path);
  if (isZip(bytes)) return { tables: naming(path, () => npzTables(bytes)) };
  if (bytes[8] === 0x7b) return safetensorsTable(path, bytes);
  const isArray = bytes[0] === 0x93 || (bytes[0] === 0 && bytes[1] === 0);
  if (!isArray) return { tables: csvTables([{ text: bytes, name: path }], csv) };
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  const beside = labelsBeside(file);
  const found = layoutOf(`load data from ${path}`, names, file) ??
    (beside !== file && names.includes(beside)
      ? { format: "npy" as const, parts: [[file, beside]] }
      : undefined);
  if (!found) {
    throw new UserError(
      `Cannot load data from ${path}: it holds no labels, and no file of them beside it is known`,
    );
  }
  const part = found.parts.find((files) => files.includes(file))!;
  return { tables: await readFound(folder, { ...found, parts: [part] }, csv) };
}

async function readFound(folder: string, { format, parts }: DataFiles, csv: CsvOptions): Promise<Table[]> {
  if (format === "csv") {
    const sources = [];
    for (const [file] of parts) {
      sources.push({ text: await readWhole(`${folder}/${file}`), name: `${folder}/${file}` });
    }
    return csvTables(sources, csv);
  }
  const tables: Table[] = [];
  for (const files of parts) {
    const paths = files.map((file) => `${folder}/${file}`);
    const [x, y] = [await readWhole(paths[0]), await readWhole(paths[1])];
    const both = paths.join(" and ");
    const table = format === "idx"
      ? pair(paths, [x, y], readIdx, idxTable)
      : pair(paths, [x, y], readNpy, npyTable);
    tables.push({ ...table, name: both, source: { format: format === "idx" ? "IDX" : "npy" } });
  }
  return tables;
}

/** The table that `join` makes of the arrays in two files, whose names a failure tells. */
function pair<T>(
  paths: readonly string[],
  files: readonly Uint8Array[],
  read: (bytes: Uint8Array) => T,
  join: (x: T, labels: T) => Table,
): Table {
  const [x, labels] = files.map((bytes, i) => naming(paths[i], () => read(bytes)));
  return naming(paths.join(" and "), () => join(x, labels));
}

/** The examples that `gibbon attack` wrote, or others under such names. */
function safetensorsTable(path: string, bytes: Uint8Array): Tables {
  const { tensors, metadata } = naming(path, () => readSafetensors(bytes));
  const find = (...names: string[]) => names.find((name) => Object.hasOwn(tensors, name));
  const x = find("xAdv", "x", "X", "x_test", "data"),
    labels = find("label", "labels", "y", "target", "y_test");
  if (x === undefined || labels === undefined) {
    const names = Object.keys(tensors).slice(0, 6).join(", ");
    throw new UserError(`Cannot load data from ${path}: it holds ${names || "nothing"}, but no x and label`);
  }
  const table = naming(path, () => npyTable(npyOf(tensors[x]), npyOf(tensors[labels])));
  const source = { format: `safetensors, inputs ${x}, labels ${labels}` };
  return { tables: [{ ...table, name: path, source }], scaled: "attack" in metadata };
}

function npyOf({ shape, data }: { shape: readonly number[]; data: Float32Array | Int32Array }) {
  return { shape: [...shape], data };
}

/** What `read` gives; a failure names the file at `path`. */
function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? error.about(`read ${path}`) : error;
  }
}

/** The bytes of the file at `path`, unpacked if they are gzip, whatever it is called. */
async function readWhole(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const { isFile, isDirectory, size } = await Deno.stat(path);
    if (isDirectory) throw new Error("it is a folder");
    if (!isFile) throw new Error("it is not a file");
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${reason(error)}`);
  }
  if (!isGzip(bytes)) return bytes;
  try {
    return await gunzip(bytes);
  } catch (error) {
    throw error instanceof InputError ? new UserError(error.about(`read ${path}`).message) : error;
  }
}

/** Bytes that a file of data may have. */
const MAX_BYTES = 2 ** 32;
