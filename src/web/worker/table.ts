/** Tables of a visitor: comma-separated values, one example a line. @module */

import { InputError } from "../../errors.ts";
import { PIXELS } from "../messages.ts";
import { type Data, splitData } from "./data.ts";

/** Names of a column that holds the class. */
const LABEL = /^(label|class|target|species|digit|y)$/i;

/** Limits of what a page can show and train. */
const MAX_CLASSES = 20, MAX_INPUTS = 1024;

/**
 * The examples of the table `text`. The class is the column with such a name; else one of words; else the first column
 * where a line has 785 values, as MNIST has it, and the last one otherwise. Pixels are divided by 255; other inputs are
 * scaled so that each column's values lie in [0, 1].
 *
 * @throws {InputError} if lines differ in length, an input is no number, or there are too many classes or inputs
 */
export function tableData(name: string, text: string): Data {
  const fail = (reason: string): never => {
    throw new InputError("format", `open ${name}`, reason);
  };
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line.trim() !== "")
    .map((line) => line.split(",").map((value) => value.trim().replace(/^"(.*)"$/, "$1")));
  const heading = lines.length > 1 && lines[0].every((value) => !isNumber(value)) ? lines.shift() : undefined;
  if (lines.length === 0) fail("it has no lines");
  const columns = lines[0].length;
  const uneven = lines.findIndex((line) => line.length !== columns);
  if (uneven >= 0) fail(`example ${uneven + 1} has ${lines[uneven].length} values, the first has ${columns}`);
  if (columns < 2) fail("a line needs a class and at least one input, with commas between");

  const named = heading?.findIndex((title) => LABEL.test(title)) ?? -1;
  const words = lines[0].findIndex((value) => !isNumber(value));
  const images = columns === PIXELS + 1;
  const at = named >= 0 ? named : words >= 0 ? words : images ? 0 : columns - 1;
  const classNames = classesOf(lines.map((line) => line[at]), images);
  const inputs = columns - 1;
  if (classNames.length < 2) fail("all examples are of one class");
  if (classNames.length > MAX_CLASSES) {
    fail(`column ${at + 1} has ${classNames.length} classes, the page shows ${MAX_CLASSES} at most`);
  }
  if (inputs > MAX_INPUTS) fail(`it has ${inputs} inputs, the page takes ${MAX_INPUTS} at most`);

  const order = shuffled(lines.length);
  const x = new Float32Array(lines.length * inputs);
  order.forEach((line, row) => {
    lines[line].filter((_, column) => column !== at).forEach((value, i) => {
      if (!isNumber(value)) fail(`"${value.slice(0, 40)}" of example ${line + 1} is not a number`);
      x[row * inputs + i] = Number(value);
    });
  });
  scale(x, inputs, images);
  const titles = heading ?? lines[0].map((_, i) => `column ${i + 1}`);
  return splitData(name, {
    count: lines.length,
    inputs,
    classes: classNames.length,
    rows: (from, to) => x.slice(from * inputs, to * inputs),
    labels: order.map((line) => classNames.indexOf(lines[line][at])),
    ...!images && { features: titles.filter((_, column) => column !== at), classNames },
  });
}

/** Distinct classes in order; of images all ten digits. */
function classesOf(values: readonly string[], images: boolean): string[] {
  if (images && values.every((value) => /^\d$/.test(value))) {
    return Array.from({ length: 10 }, (_, i) => `${i}`);
  }
  const found = [...new Set(values)];
  return found.every(isNumber) ? found.sort((a, b) => Number(a) - Number(b)) : found.sort();
}

/** Tables are often sorted by class: lines in an order that is the same each time, by steps coprime to their number. */
function shuffled(count: number): number[] {
  let step = Math.max(1, Math.floor(count * 0.618));
  while (divisor(step, count) !== 1) step++;
  return Array.from({ length: count }, (_, i) => (i * step) % count);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function scale(x: Float32Array, inputs: number, images: boolean): void {
  for (let i = 0; i < inputs; i++) {
    let min = images ? 0 : Infinity, max = images ? 255 : -Infinity;
    for (let at = i; !images && at < x.length; at += inputs) {
      min = Math.min(min, x[at]);
      max = Math.max(max, x[at]);
    }
    for (let at = i; at < x.length; at += inputs) x[at] = max > min ? (x[at] - min) / (max - min) : 0;
  }
}

function isNumber(value: string): boolean {
  return value !== "" && Number.isFinite(Number(value));
}
