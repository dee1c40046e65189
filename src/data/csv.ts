/** Comma-separated values, one example a line. @module */

import { InputError } from "../errors.ts";
import { matrix } from "../matrix.ts";
import { type Batch, batch } from "./batch.ts";

/** How to read the lines. */
export interface CsvOptions {
  /** Which value of a line is its label; default `first`. */
  label?: "first" | "last";
  /** Factor on every input; default 1/255 if any input is greater than 1, else 1. */
  scale?: number;
  /** Number of classes; default one more than the largest label. */
  classes?: number;
}

const [COMMA, ZERO, NINE] = [44, 48, 57];

/**
 * A batch of the lines of `text`, (lines, values − 1), each a label and its inputs with commas between. A first
 * line whose label is not a number is taken for a heading; empty lines are skipped.
 *
 * @example
 * ```ts
 * import { csvBatch } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const { x, labels } = csvBatch("label,left,right\n1,0,255\n0,255,0\n");
 * assertEquals([...x.data], [0, 1, 1, 0]);
 * assertEquals([...labels], [1, 0]);
 * ```
 *
 * @throws {InputError} if a value is not a finite number, or lines differ in length
 * @throws {InputError} if a label is not a whole number below `classes`, or `scale` is not a finite number
 */
export function csvBatch(text: string, { label = "first", scale, classes }: CsvOptions = {}): Batch {
  if (scale !== undefined && !Number.isFinite(scale)) {
    throw new InputError("value", `read CSV with scale ${scale}`, "must be a finite number");
  }
  const lines = linesOf(text, label);
  const values = lines.length === 0 ? 1 : countValues(lines[0].text);
  // Every line is counted before memory is taken for as many values as the first has.
  for (const line of lines) {
    const count = countValues(line.text);
    if (count !== values) fail(`line ${line.number} has ${count} values, expected ${values}`);
  }
  if (lines.length > 0 && values < 2) fail(`line ${lines[0].number} has a label but no inputs`);

  const cols = values - 1;
  const labelAt = label === "first" ? 0 : cols;
  const data = new Float32Array(lines.length * cols);
  const labels = new Int32Array(lines.length);
  let at = 0;
  for (let row = 0; row < lines.length; row++) {
    readValues(lines[row], (value, i) => {
      if (i === labelAt) labels[row] = checkedLabel(value, lines[row].number, classes);
      else data[at++] = value;
    });
  }

  const factor = scale ?? (data.some((value) => value > 1) ? 1 / 255 : 1);
  if (factor !== 1) { for (let i = 0; i < data.length; i++) data[i] *= factor; }
  return batch({ x: matrix(lines.length, cols, data), labels, classes });
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/** The lines that hold examples, numbered from 1 as editors do. */
function linesOf(text: string, label: "first" | "last"): Line[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/)
    .map((text, i) => ({ text, number: i + 1 }))
    .filter((line) => line.text.trim() !== "");
  if (lines.length === 0) return lines;
  const first = lines[0].text.split(",");
  const heading = Number.isNaN(Number(label === "first" ? first[0] : first[first.length - 1]));
  return heading ? lines.slice(1) : lines;
}

function countValues(line: string): number {
  let count = 1;
  for (let at = line.indexOf(","); at >= 0; at = line.indexOf(",", at + 1)) count++;
  return count;
}

/** Gives each value of the line to `use`; plain digits, nearly all of a set of images, take no text of their own. */
function readValues({ text, number }: Line, use: (value: number, i: number) => void): void {
  for (let from = 0, i = 0; from <= text.length; i++) {
    let at = from;
    let value = 0;
    while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) {
      value = value * 10 + text.charCodeAt(at++) - ZERO;
    }
    const plain = at > from && at - from < 16 && (at === text.length || text.charCodeAt(at) === COMMA);
    if (!plain) {
      at = text.indexOf(",", from);
      if (at < 0) at = text.length;
      const word = text.slice(from, at).trim();
      value = word === "" ? NaN : Number(word);
      if (!Number.isFinite(Math.fround(value))) {
        fail(`value ${i + 1} of line ${number} is "${word.slice(0, 40)}", not a finite number`);
      }
    }
    use(value, i);
    from = at + 1;
  }
}

function checkedLabel(label: number, line: number, classes = 2 ** 31): number {
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new InputError(
    "value",
    "read CSV",
    `label ${label} of line ${line} is not a whole number in 0 … ${classes - 1}`,
  );
}

function fail(problem: string): never {
  throw new InputError("format", "read CSV", `${problem}`);
}
