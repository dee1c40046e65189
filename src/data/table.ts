/** Data as files hold them, and what is decided about them before they are examples. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import { any, choice, integer, integerOr } from "../schema.ts";
import { isList, resolve } from "../checks.ts";
import { shown } from "../wording.ts";
import type { Batch } from "./batch.ts";
import { type NumericArray, toFloat32 } from "./elements.ts";
import { fittedScaling, rangeOf, scaleOf } from "./fit_scaling.ts";
import { imageOfWidth, type ImageShape } from "./image.ts";
import { areStrings, classesOf, exampleAt, type LabelColumn, labelling, reading } from "./labels.ts";
import type { FittedData, Reading } from "./reading.ts";
import { fitScaling, scaleInPlace, type Scaling } from "./scaling.ts";

/** Examples as a file holds them. */
export interface Table {
  /** Inputs, (B, D); NaN is a missing one. Reading may write over them. */
  readonly x: { readonly rows: number; readonly cols: number; readonly data: NumericArray };
  /** Label of each example, (B): numbers, or words; NaN or undefined is a missing one. */
  readonly labels: LabelColumn;
  /** Whether the file says that each example is an image of bytes. */
  readonly image?: boolean;
  /** The size of the images, where it is known. */
  readonly pixels?: ImageShape;
  /** What messages call the table, such as the name of its file. */
  readonly name?: string;
  /** What messages call example `row`; default its number, from 0. */
  readonly place?: (row: number) => string;
  /** What messages call input `col`; default its number, from 0. */
  readonly column?: (col: number) => string;
  /** How the file was read, by topic. */
  readonly source?: Readonly<Record<string, string>>;
}

/** Options of reading tables: what is given is not inferred from the data. */
export interface ReadOptions {
  /**
   * How to scale inputs. `auto`, the default, divides by 255 if all are whole numbers 0 … 255, one is at least 128, and
   * they are images by their shape or by their number (a square of a side of at least 8, grey or in three colours), and
   * leaves them as they are otherwise. `standard` and `minmax` are found from the first table, the training examples.
   */
  scale?: "auto" | Scaling["kind"];
  /** Which number is the first class; default 1 if labels are exactly 1 … K, else 0. */
  labelBase?: "auto" | 0 | 1;
  /** Number of classes; default as many as the labels say. */
  classes?: number;
  /** What to do with examples that lack a value: refuse the data, the default, or leave those examples out. */
  missing?: "refuse" | "drop";
  /** What a model was trained on: its scaling and classes are then those of the data. */
  fitted?: Pick<Reading, "scaling" | "labels">;
}

/** Options of reading. */
export const READ_OPTIONS = {
  scale: choice("How inputs are scaled", ["auto", "none", "255", "standard", "minmax"], { default: "auto" }),
  labelBase: integerOr("Number of the first class", ["auto"], { min: 0, max: 1, default: "auto" }),
  classes: integer("Number of classes; by default found from the labels", { min: 1 }),
  missing: choice("What to do with examples that lack a value", ["refuse", "drop"], { default: "refuse" }),
  fitted: any<FittedData>("What a model was trained on"),
} as const;

/** A batch, and how it was read. */
export interface ReadBatch extends Batch {
  /** How it was read. */
  readonly reading: Reading;
}

/**
 * The tables of one data set, training examples first, as batches: scaling, classes and their names are decided once,
 * from all of them.
 *
 * @example
 * ```ts
 * import { readTables } from "./table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const table = (numbers: number[], labels: string[]) => ({
 *   x: { rows: labels.length, cols: 1, data: Float32Array.from(numbers) },
 *   labels,
 * });
 * const { batches: [, test], reading } = readTables([table([2, 4], ["no", "yes"]), table([4], ["yes"])], { scale: "minmax" });
 * assertEquals([...test.x.data, ...test.labels], [1, 1]);
 * assertEquals(reading.labels.names, ["no", "yes"]);
 * ```
 *
 * @throws {InputError} if tables have no examples or differ in width, a value is missing or not finite, or a label is
 *     not a class
 */
export function readTables(
  tables: readonly Table[],
  options: ReadOptions = {},
): { batches: Batch[]; reading: Reading } {
  const { scale, labelBase, classes, missing, fitted } = resolve("read data", READ_OPTIONS, options);
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new InputError("shape", "read data", `the tables must be in a list, not ${shown(tables)}`);
  }
  for (const table of tables) checkTable(table, tables[0]);
  if (fitted !== undefined) checkFitted(fitted, tables[0].x.cols);
  const whole = tables.map((table) => withoutMissing(table, missing));
  const xs = whole.map(({ x }): Matrix => ({ ...x, data: toFloat32(x.data) }));
  xs.forEach((x, i) => checkFinite(x, whole[i]));
  const range = rangeOf(xs);
  const kinds = whole.map(({ image }, i) => ({ image, x: xs[i] }));
  const scaling = fitted
    ? fittedScaling(scale, fitted.scaling, kinds, range)
    : fitScaling(scale === "auto" ? scaleOf(kinds, range) : scale, xs[0]);
  const labels = fitted?.labels ?? labelling(whole, { classes, labelBase });
  const batches = whole.map((table, i): Batch => ({
    x: xs[i],
    labels: classesOf(table, labels, fitted && "the model's classes, "),
    classes: labels.classes,
    ...(labels.names && { classNames: labels.names }),
  }));
  xs.forEach((x) => scaleInPlace(x, scaling));
  const rows = (of: readonly Table[]) => of.reduce((sum, { x }) => sum + x.rows, 0);
  const dropped = rows(tables) - rows(whole);
  const image = whole[0].pixels ?? (scaling.kind === "255" ? imageOfWidth(xs[0].cols) : undefined);
  const { source = {} } = whole[0];
  return { batches, reading: { scaling, labels, range, dropped, source, ...(image && { image }) } };
}

/** The batch of one table. */
export function readBatch(table: Table, options: ReadOptions): ReadBatch {
  const read = readTables([table], options);
  return { ...read.batches[0], reading: read.reading };
}

function checkTable(table: Table, first: Table): void {
  const fail = (problem: string) => {
    throw new InputError("shape", reading(table ?? {}), problem);
  };
  const { x, labels } = table ?? {};
  if (
    !Number.isSafeInteger(x?.rows) || !Number.isSafeInteger(x?.cols) || !ArrayBuffer.isView(x?.data) ||
    x.data.length !== x.rows * x.cols
  ) {
    fail(`x must be a matrix, as matrix() makes one, not ${shown(x)}`);
  }
  if (!isList(labels)) fail(`labels must be a list, not ${shown(labels)}`);
  const odd = Array.isArray(labels)
    ? labels.findIndex((label) => !["string", "number", "bigint", "undefined"].includes(typeof label))
    : -1;
  if (odd >= 0) fail(`label ${odd} is ${shown(labels[odd])}, neither a word nor a number`);
  const { rows, cols } = x;
  if (rows !== labels.length) fail(`${rows} examples but ${labels.length} labels`);
  if (rows === 0) fail("there are no examples");
  if (cols !== first.x.cols) {
    fail(`its examples have ${cols} inputs, those of ${first.name ?? "the first table"} ${first.x.cols}`);
  }
}

function checkFitted(fitted: FittedData, inputs: number): void {
  const { scaling, labels } = fitted ?? {};
  const fits = scaling && labels && Number.isSafeInteger(labels.classes) &&
    (scaling.kind === "none" || scaling.kind === "255" ||
      ((scaling.kind === "standard" || scaling.kind === "minmax") &&
        scaling.offset?.length === inputs && scaling.divisor?.length === inputs));
  if (!fits) {
    throw new InputError(
      "shape",
      "read data",
      `fitted must be what readFitted gives for ${inputs} inputs, not ${shown(fitted)}`,
    );
  }
}

/** `table` without the examples that lack a value, or the failure to be so. */
function withoutMissing(table: Table, missing: "refuse" | "drop"): Table {
  const { x, labels, place = exampleAt, column = (col: number) => `input ${col}` } = table;
  const kept: number[] = [];
  const words = areStrings(labels);
  for (let i = 0; i < x.rows; i++) {
    const noLabel = words ? labels[i] === undefined : Number.isNaN(Number(labels[i]));
    const at = firstNaN(x.data, i * x.cols, (i + 1) * x.cols);
    if (!noLabel && at < 0) {
      kept.push(i);
      continue;
    }
    if (missing === "drop") continue;
    const what = noLabel ? "its label" : column(at - i * x.cols);
    throw new InputError(
      "value",
      reading(table),
      `${what} of ${place(i)} is missing (NaN); fill it in, or leave such examples out by missing drop`,
    );
  }
  if (kept.length === x.rows) return table;
  if (kept.length === 0) {
    throw new InputError("value", reading(table), `each of ${x.rows} examples lacks a value`);
  }
  return tableRows(table, kept);
}

/** The examples `rows` of `table`, in that order, copied. */
export function tableRows(table: Table, rows: readonly number[]): Table {
  const { x: { cols, data: from }, labels, place = exampleAt } = table;
  const data = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    for (let j = 0; j < cols; j++) data[i * cols + j] = Number(from[row * cols + j]);
  });
  return {
    ...table,
    x: { rows: rows.length, cols, data },
    labels: areStrings(labels)
      ? rows.map((row) => labels[row])
      : Float64Array.from(rows, (row) => Number(labels[row])),
    place: (row) => place(rows[row]),
  };
}

function firstNaN(data: NumericArray, from: number, to: number): number {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return -1;
  for (let i = from; i < to; i++) if (data[i] !== data[i]) return i;
  return -1;
}

function checkFinite({ cols, data }: Matrix, table: Table): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const { place = exampleAt, column = (col: number) => `input ${col}` } = table;
  throw new InputError(
    "value",
    reading(table),
    `${column(bad % cols)} of ${place(Math.floor(bad / cols))} is ${
      table.x.data[bad]
    }, too large for float32`,
  );
}
