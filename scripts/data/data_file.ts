/** Tables from files of every format that is read. @module */

import { type CsvOptions, InputError, readIdx, readNpy, readSafetensors } from "../../src/mod.ts";
import { csvTables } from "../../src/data/csv.ts";
import { idxTable } from "../../src/data/idx.ts";
import { npyTable, readNpyLabels } from "../../src/data/npy.ts";
import type { Table } from "../../src/data/table.ts";
import { reason, UserError } from "../errors.ts";
import { isZip, npzTables } from "./archive.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { type DataFiles, labelsBeside, layoutOf } from "./layouts.ts";

/** Tables, and whether their inputs are as a model takes them already. */
export interface Tables {
  readonly tables: readonly Table[];
  readonly scaled?: boolean;
}

/** The tables of a file alone, or with those beside it that belong to it. */
export async function inFile(path: string, csv: CsvOptions): Promise<Tables> {
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

export async function readFound(
  folder: string,
  { format, parts }: DataFiles,
  csv: CsvOptions,
): Promise<Table[]> {
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
      ? joined(paths, { x: () => readIdx(x), labels: () => readIdx(y), join: idxTable })
      : joined(paths, { x: () => readNpy(x), labels: () => readNpyLabels(y), join: npyTable });
    tables.push({ ...table, name: both, source: { format: format === "idx" ? "IDX" : "npy" } });
  }
  return tables;
}

/** The table that `join` makes of the arrays in two files, whose names a failure tells. */
function joined<X, Y>(
  paths: readonly string[],
  { x, labels, join }: { x: () => X; labels: () => Y; join: (x: X, labels: Y) => Table },
): Table {
  const [inputs, classes] = [naming(paths[0], x), naming(paths[1], labels)];
  return naming(paths.join(" and "), () => join(inputs, classes));
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
