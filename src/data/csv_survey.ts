/** What the columns of delimited texts hold: which character parts them, which lines are headings. @module */

import { InputError } from "../errors.ts";
import { quoted } from "../wording.ts";
import { cellNumber, cellText, isMissing, scan, truthOf } from "./csv_scan.ts";
import { type Separator, SEPARATORS } from "./csv_separator.ts";

/** What columns hold. */
export interface Columns {
  /** How many there are. */
  width: number;
  /** Cells of each that are numbers, that are true or false, and that are neither nor missing. */
  numbers: Int32Array;
  truths: Int32Array;
  words: Int32Array;
  /** 1 for each that has a number that is not whole or below −1, as no label is. */
  fractions: Uint8Array;
  /** Different numbers, as far as they are few, of columns that may be the label for their place: the first two, the last two. */
  values: ReadonlyMap<number, Set<number>>;
  /** Whether the first column holds n, n + 1, n + 2, … in each text, n being 0 or 1. */
  counts: boolean;
}

/** A text, surveyed. */
export interface Survey {
  /** Its first record, and the line in which it stands. */
  readonly first: readonly string[];
  readonly firstLine: number;
  /** Records below the first. */
  readonly rest: number;
}

/** Cells that a record may have: enough for images of 256 × 256 in three colours. */
const MAX_COLUMNS = 2 ** 18;

/** Different numbers of a column that are told apart. */
const MAX_VALUES = 1000;

/**
 * What `text` holds below its first line, noted in `columns`, which the first text gives their number; each record has
 * as many cells.
 *
 * @throws {InputError} if one has not, or has too many
 */
export function survey(text: string, separator: Separator, columns: Columns): Survey {
  const first: string[] = [];
  let firstLine = 0, records = 0;
  let decimal: { col: number; from: number; to: number } | undefined;
  scan(text, SEPARATORS[separator].charCodeAt(0), {
    cell(col, from, to) {
      if (records === 0) {
        if (col < MAX_COLUMNS) first.push(cellText(text, from, to));
        return;
      }
      if (col >= columns.width) return;
      const value = cellNumber(text, from, to);
      // a first line that is no heading may hold 0
      if (col === 0 && value !== records - 1 && value !== records) columns.counts = false;
      if (value === value) recordNumber(columns, col, value);
      else if (recordWord(columns, col, text.slice(from, Math.min(to, from + SHORT)))) {
        decimal ??= { col, from, to };
      }
    },
    record(cells, line) {
      if (records++ === 0) {
        firstLine = line;
        if (cells > MAX_COLUMNS) fail(`line ${line} has ${cells} values, more than ${MAX_COLUMNS}`);
        if (columns.width === 0) setWidth(columns, cells);
      }
      if (decimal) {
        const { col, from, to } = decimal;
        const cell = quoted(text.slice(from, to));
        fail(
          `value ${
            col + 1
          } of line ${line} is ${cell}, with a comma: write decimal points, and thousands without commas`,
        );
      }
      if (cells !== columns.width) fail(`line ${line} has ${cells} values, expected ${columns.width}`);
    },
  });
  return { first, firstLine, rest: Math.max(records - 1, 0) };
}

/** Columns of which nothing is known yet, not even how many they are. */
export function newColumns(): Columns {
  const none = { width: 0, values: new Map(), counts: true };
  const counts = { numbers: new Int32Array(), truths: new Int32Array(), words: new Int32Array() };
  return { ...none, ...counts, fractions: new Uint8Array() };
}

function setWidth(columns: Columns, width: number): void {
  columns.width = width;
  columns.numbers = new Int32Array(width);
  columns.truths = new Int32Array(width);
  columns.words = new Int32Array(width);
  columns.fractions = new Uint8Array(width);
  columns.values = new Map([0, 1, width - 2, width - 1].map((c) => [c, new Set()]));
}

/** Notes a number in column `col`. */
function recordNumber({ numbers, fractions, values, width }: Columns, col: number, value: number): void {
  numbers[col]++;
  if (value < -1 || value !== Math.trunc(value)) fractions[col] = 1;
  if (col > 1 && col < width - 2) return;
  const few = values.get(col)!;
  if (few.size < MAX_VALUES) few.add(value);
}

/** Characters by which a word is judged. */
const SHORT = 40;

/** A number in the way of some countries, which may as well be two numbers. */
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;

/** Notes a cell that is no number in column `col`; whether it is a number with a decimal comma. */
function recordWord({ truths, words }: Columns, col: number, word: string): boolean {
  if (isMissing(word)) return false;
  if (!Number.isNaN(truthOf(word))) {
    truths[col]++;
    return false;
  }
  words[col]++;
  return DECIMAL_COMMA.test(word);
}

/** Notes the cells of a first line that is an example. */
export function recordFirstLine(columns: Columns, first: readonly string[]): void {
  first.forEach((cell, col) => {
    const value = cellNumber(cell, 0, cell.length);
    if (value === value) recordNumber(columns, col, value);
    else recordWord(columns, col, cell);
  });
}

/** Whether a column is of words, some of which may look like numbers; true and false are words too. */
export function isWordColumn({ words, truths, numbers }: Columns, col: number): boolean {
  return words[col] + truths[col] > numbers[col];
}

/** Whether a column is of true and false alone, which may be an input as well as a label. */
export function isTruthColumn({ words, truths, numbers }: Columns, col: number): boolean {
  return truths[col] > 0 && words[col] + numbers[col] === 0;
}

/** Whether no number stands twice in a column of which different numbers are told apart, as far as they are. */
export function isDistinct({ values, numbers }: Columns, col: number): boolean {
  return values.get(col)!.size === Math.min(numbers[col], MAX_VALUES);
}

/** Whether a column is of whole numbers alone, as labels are. */
export function isIntegerColumn({ words, truths, fractions }: Columns, col: number): boolean {
  return words[col] + truths[col] + fractions[col] === 0;
}

/**
 * Which texts begin with a heading. A heading has words where the lines below have numbers; or numbers that count, 0, 1,
 * 2, …, or rise, the same in each text.
 *
 * @throws {InputError} if a first line may be either
 */
export function headings(surveys: readonly Survey[], columns: Columns): boolean[] {
  return surveys.map(({ first, firstLine, rest }) => {
    const isWord = (cell: string) =>
      Number.isNaN(cellNumber(cell, 0, cell.length)) && Number.isNaN(truthOf(cell));
    const kind = (cell: string) => isMissing(cell) ? "missing" : isWord(cell) ? "word" : "number";
    const kinds = first.map(kind);
    const isNumeric = (c: number) => columns.numbers[c] + columns.truths[c] > 0 && columns.words[c] === 0;
    const strange = kinds.filter((each, c) => each === "word" && isNumeric(c)).length;
    const values = first.map(Number).filter((_, c) => kinds[c] === "number");
    const ambiguous = () =>
      fail(
        `line ${firstLine}, ${quoted(first.join())}, may be a heading or an example: say header yes or no`,
      );
    if (strange > 0) return values.length === 0 || rises(values) || ambiguous();
    const words = kinds.filter((each) => each === "word").length;
    if (words > 1 && words === kinds.length && rest === 0) return true;
    if (values.length < 3 || !rises(values)) return false;
    const shared = surveys.length > 1 && surveys.every((each) => each.first.join("\n") === first.join("\n"));
    const counts = values.every((value, i) => value === values[0] + i) &&
      (values[0] === 0 || values[0] === 1);
    if (!counts) return shared && values.every(Number.isInteger);
    if (shared || values.length > 5 || columns.fractions.includes(1)) return true;
    return ambiguous();
  });
}

function rises(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]);
}

function fail(problem: string): never {
  throw new InputError("format", "read CSV", problem);
}
