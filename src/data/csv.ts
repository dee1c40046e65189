/** Delimited text, one example a line. @module */

import { InputError } from "../errors.ts";
import { any, choice } from "../schema.ts";
import { resolve } from "../checks.ts";
import { oneOf, quoted, shown, suggestion } from "../wording.ts";
import { imageOfWidth } from "./image.ts";
import { cellNumber, cellText, isMissing, scan } from "./csv_scan.ts";
import {
  type Columns,
  headings,
  isIntegerColumn,
  isWordColumn,
  newColumns,
  recordFirstLine,
  type Separator,
  separatorOf,
  SEPARATORS,
  survey,
} from "./csv_survey.ts";
import { bytesOf } from "./elements.ts";
import { READ_OPTIONS, type ReadBatch, readBatch, type ReadOptions, type Table } from "./table.ts";

/** How to read the lines. */
export interface CsvOptions {
  /**
   * Which column is the label: `first`, `last`, its name in the heading, or its place from 0, −1 being the last. `auto`,
   * the default, is the column called label, class, target, y, species or category, else the one that holds words, else
   * the first, or the last where only that holds whole numbers.
   */
  label?: string | number;
  /** Whether the first line is a heading; `auto`, the default, tells by whether it is of the kind of the others. */
  header?: "auto" | "yes" | "no";
  /** What parts the values of a line; `auto`, the default, tells by the first lines. */
  separator?: "auto" | Separator;
}

/** Options of reading text. */
export const CSV_OPTIONS = {
  label: any<string | number>("Column of the label", { default: "auto" }),
  header: choice("Whether the first line is a heading", ["auto", "yes", "no"], { default: "auto" }),
  separator: choice("What parts the values of a line", ["auto", "comma", "semicolon", "tab", "bar"], {
    default: "auto",
  }),
} as const;

/** A text, or its bytes in UTF-8, or in UTF-16 with a byte order mark; and what messages call it. */
export interface CsvSource {
  /** The text or its bytes. */
  readonly text: string | Uint8Array | ArrayBuffer;
  /** Its name in messages, such as that of its file. */
  readonly name?: string;
}

/** Names by which a label is known. */
const LABEL_NAME = /^#?\s*(labels?|class(es)?|targets?|y|species|category)$/i;

/** Lines from which on a column that counts them is an index, and no label. */
const MANY = 50;

/** The longest text that engines hold in one string is a little longer. */
const MAX_BYTES = 2 ** 29 - 2 ** 16;

/**
 * A batch of the lines of `text`, (lines, values − 1), each a label and its inputs. Commas, semicolons, tabs or bars part
 * the values; quotes, headings, an index column and labels that are words are understood. How the text was read stands in
 * `reading`.
 *
 * @example
 * ```ts
 * import { csvBatch } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const { x, labels, classNames } = csvBatch("width;height;species\n1.5;2;cat\n3;0.25;ant\n");
 * assertEquals([...x.data], [1.5, 2, 3, 0.25]);
 * assertEquals([...labels], [1, 0]);
 * assertEquals(classNames, ["ant", "cat"]);
 * ```
 *
 * @throws {InputError} if there are no examples, a value is missing or not a finite number, or lines differ in length
 * @throws {InputError} if a label is not a class, or there is no such column
 */
export function csvBatch(
  text: string | Uint8Array | ArrayBuffer,
  options: CsvOptions & ReadOptions = {},
): ReadBatch {
  const { label, header, separator, ...rest } = resolve(
    "read CSV",
    { ...CSV_OPTIONS, ...READ_OPTIONS },
    options,
  );
  const [table] = csvTables([{ text }], { label, header, separator });
  return readBatch(table, rest);
}

/**
 * The tables of the texts of one data set, training examples first: separator, headings, index and label column are
 * decided once, from all of them. `readTables` makes them batches.
 *
 * @throws {InputError} if a text is not a table of numbers with a label in each line
 */
export function csvTables(sources: readonly CsvSource[], options: CsvOptions = {}): Table[] {
  const given = resolve("read CSV", CSV_OPTIONS, options);
  if (!Array.isArray(sources)) fail(`the texts must be in a list, not ${shown(sources)}`);
  if (sources.length === 0) fail("there is no text");
  const texts = Array.from(sources as readonly CsvSource[], (source) =>
    within(
      source,
      () => typeof source?.text === "string" ? source.text : decodeText(bytesOf("read CSV", source?.text)),
    ));
  const nameOf = (i: number) => sources[i].name ?? `text ${i + 1}`;
  const separator = given.separator === "auto" ? separatorOf(texts) : given.separator;
  const columns = newColumns();
  const surveys = texts.map((text, i) => within(sources[i], () => survey(text, separator, columns)));
  const heads = given.header === "auto"
    ? headings(surveys, columns)
    : surveys.map(() => given.header === "yes");
  const counts = surveys.map(({ first, rest }, i) => rest + Number(first.length > 0 && !heads[i]));
  const empty = counts.indexOf(0);
  if (empty >= 0) within(sources[empty], () => fail("there are no examples"));
  if (columns.width < 2) fail(`line ${surveys[0].firstLine} has a label but no inputs`);

  const names = surveys.filter((_, i) => heads[i]).map(({ first }) => first);
  const other = names.find((each) => each.join("\n") !== names[0].join("\n"));
  if (other) {
    const c = other.findIndex((name, c) => name !== names[0][c]);
    fail(
      `headings differ: column ${c + 1} is ${quoted(names[0][c])} in one text, ${
        quoted(other[c])
      } in another`,
    );
  }
  // first lines that are examples count among the columns too
  surveys.forEach(({ first }, i) => heads[i] || recordFirstLine(columns, first));
  const index = indexColumn(columns, names[0], { lines: counts.reduce((a, b) => a + b), label: given.label });
  const { label, rival } = labelColumn(columns, names[0], { index, label: given.label });
  const called = (c: number) => `column ${c + 1}${names[0] ? ` ${quoted(names[0][c])}` : ""}`;
  const source = {
    format: "CSV",
    separator,
    heading: heads.every(Boolean)
      ? "yes"
      : heads.some(Boolean)
      ? `in ${nameOf(heads.indexOf(true))} alone`
      : "none",
    label: `${called(label)}${rival === undefined ? "" : `, though ${called(rival)} may be it`}`,
    ...(index >= 0 && { index: `${called(index)}, left out` }),
  };
  const kept = Array.from({ length: columns.width }, (_, c) => c).filter((c) => c !== index && c !== label);
  const words = isWordColumn(columns, label);
  return texts.map((text, i) => ({
    ...within(
      sources[i],
      () => fill(text, { separator, heading: heads[i], rows: counts[i], kept, label, words }),
    ),
    ...(sources[i].name !== undefined && { name: sources[i].name }),
    column: (col) => `value ${kept[col] + 1}${names[0] ? ` (${quoted(names[0][kept[col]])})` : ""}`,
    source,
  }));
}

/** The column that numbers the lines, as pandas writes one without a name; −1 if there is none. */
function indexColumn(
  columns: Columns,
  names: readonly string[] | undefined,
  { lines, label }: { lines: number; label: string | number },
): number {
  if (
    columns.width < 3 || label === "first" || label === 0 || label === "0" || !isIntegerColumn(columns, 0)
  ) {
    return -1;
  }
  if (names) return /^(unnamed: 0)?$/i.test(names[0]) ? 0 : -1;
  return columns.counts && lines > MANY ? 0 : -1;
}

/** The column of the label, and the one that may be it as well, where nothing tells them apart. */
function labelColumn(
  columns: Columns,
  names: readonly string[] | undefined,
  { index, label }: { index: number; label: string | number },
): { label: number; rival?: number } {
  const first = index + 1, last = columns.width - 1;
  if (label === "first") return { label: first };
  if (label === "last") return { label: last };
  if (label !== "auto") return { label: namedColumn(columns.width, names, label) };
  const telling = (names ?? []).flatMap((name, c) => c !== index && LABEL_NAME.test(name) ? [c] : []);
  if (telling.length === 1) return { label: telling[0] };
  const worded = Array.from(columns.words.keys()).filter((c) => isWordColumn(columns, c));
  if (worded.length === 1) return { label: worded[0] };
  const few = (c: number) => isIntegerColumn(columns, c) ? columns.values.get(c)!.size : Infinity;
  if (few(first) === Infinity && few(last) < Infinity) return { label: last };
  const named = names?.some((name) => !/^\d*$/.test(name));
  // pixels at the edge of images have few values too, and files of images begin with the label
  const rival = last > first && looksLikeLabels(columns.values.get(last)!) && few(last) < Infinity &&
    !imageOfWidth(last - first);
  if (few(last) > 1 && few(last) < few(first) && (rival || named)) {
    const called = (c: number) => names ? quoted(names[c]) : `column ${c + 1}`;
    fail(
      `both ${called(first)} and ${called(last)} may be the label: name it, by label first, last or a name`,
    );
  }
  return { label: first, ...(rival && { rival: last }) };
}

/** Whether values are such as labels have: 0 … K or 1 … K, none left out, or −1 and 1. */
function looksLikeLabels(values: ReadonlySet<number>): boolean {
  const least = Math.min(...values), most = Math.max(...values);
  const counts = (least === 0 || least === 1) && most - least + 1 === values.size;
  return values.size > 1 && (counts || (least === -1 && most === 1 && values.size === 2));
}

function namedColumn(width: number, names: readonly string[] | undefined, label: string | number): number {
  const at = typeof label === "string" ? names?.indexOf(label) ?? -1 : -1;
  if (at >= 0) return at;
  const place = typeof label === "number" || typeof label === "string" && /^-?\d+$/.test(label)
    ? Number(label)
    : NaN;
  if (Number.isInteger(place) && place >= -width && place < width) return place < 0 ? place + width : place;
  const known = names
    ? suggestion(typeof label === "string" ? label : "", names) ||
      `; they are ${oneOf(names.slice(0, 8).map(quoted))}${names.length > 8 ? ", …" : ""}`
    : `; there is no heading, and the places are 0 … ${width - 1}`;
  throw new InputError("value", "read CSV", `there is no column ${shown(label)}${known}`);
}

/** The numbers of the inputs `kept`, and the labels. */
function fill(
  text: string,
  { separator, heading, rows, kept, label, words }: {
    separator: Separator;
    heading: boolean;
    rows: number;
    kept: readonly number[];
    label: number;
    words: boolean;
  },
): Pick<Table, "x" | "labels" | "place"> {
  const cols = kept.length;
  const data = new Float32Array(rows * cols);
  const numbers = new Float64Array(words ? 0 : rows);
  const texts: (string | undefined)[] = new Array(words ? rows : 0);
  const lines = new Int32Array(rows);
  const inputOf = new Int32Array(cols + 2).fill(-1);
  kept.forEach((c, i) => inputOf[c] = i);
  const problems: { row: number; col: number; word: string }[] = [];
  let row = heading ? -1 : 0;
  scan(text, SEPARATORS[separator].charCodeAt(0), {
    cell(col, from, to) {
      if (row < 0) return;
      const input = inputOf[col];
      if (input < 0 && (col !== label || words)) {
        if (col === label) {
          const word = cellText(text, from, to);
          texts[row] = isMissing(word) ? undefined : word;
        }
        return;
      }
      const value = cellNumber(text, from, to);
      if (!(Number.isFinite(Math.fround(value))) && problems.length === 0) {
        const word = cellText(text, from, to);
        if (!isMissing(word)) problems.push({ row, col, word });
      }
      if (input < 0) numbers[row] = value;
      else data[row * cols + input] = value;
    },
    record(_, line) {
      if (row >= 0) lines[row] = line;
      row++;
      for (const { col, word } of problems) {
        fail(`value ${col + 1} of line ${line} is ${quoted(word)}, not a finite number`);
      }
    },
  });
  return {
    x: { rows, cols, data },
    labels: words ? texts : numbers,
    place: (row) => `line ${lines[row]}`,
  };
}

/** What `read` gives; a failure names the text. */
function within<T>(source: CsvSource, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const name = source?.name;
    throw error instanceof InputError && name !== undefined ? error.about(`read ${name}`) : error;
  }
}

/** The text in `bytes`. */
function decodeText(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) {
    fail(`${bytes.length} bytes are more than the ${MAX_BYTES} that one text may have`);
  }
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return fail(
      `it is not text in ${
        encoding === "utf-8" ? "UTF-8, nor in UTF-16 with a byte order mark" : encoding.toUpperCase()
      }`,
    );
  }
}

function fail(problem: string): never {
  throw new InputError("format", "read CSV", problem);
}
