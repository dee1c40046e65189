/** Delimited text, one example a line. @module */

import { InputError } from "../errors.ts";
import { any, choice } from "../schema.ts";
import { resolve } from "../checks.ts";
import { quoted, shown } from "../wording.ts";
import { fail, indexColumn, labelColumn } from "./csv_columns.ts";
import { headings, isWordColumn, newColumns, recordFirstLine, survey } from "./csv_survey.ts";
import { type Separator, separatorOf } from "./csv_separator.ts";
import { fill } from "./csv_values.ts";
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
  /**
   * Which column numbers the lines and is left out: its name or place as for `label`, or `none`. `auto`, the default, is
   * the first of several if it is of whole numbers and has no name, counts the lines of a long table, or is called id or
   * index and has no number twice.
   */
  index?: string | number;
  /** What parts the values of a line; `auto`, the default, tells by the first lines. */
  separator?: "auto" | Separator;
}

/** Options of reading text. */
export const CSV_OPTIONS = {
  label: any<string | number>("Column of the label", { default: "auto" }),
  header: choice("Whether the first line is a heading", ["auto", "yes", "no"], { default: "auto" }),
  index: any<string | number>("Column that numbers the lines", { default: "auto" }),
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
  const { label, header, index, separator, ...rest } = resolve(
    "read CSV",
    { ...CSV_OPTIONS, ...READ_OPTIONS },
    options,
  );
  const [table] = csvTables([{ text }], { label, header, index, separator });
  return readBatch(table, rest);
}

/**
 * The tables of the texts of one data set, training examples first: separator, headings, index and label column are
 * decided once, from all of them. `readTables` makes them batches.
 *
 * @throws {InputError} if a text is not a table of numbers with a label in each line
 */
export function csvTables(sources: readonly CsvSource[], options: CsvOptions = {}): Table[] {
  const resolved = resolve("read CSV", CSV_OPTIONS, options);
  if (!Array.isArray(sources)) fail(`the texts must be in a list, not ${shown(sources)}`);
  if (sources.length === 0) fail("there is no text");
  const texts = Array.from(sources as readonly CsvSource[], (source) =>
    within(
      source,
      () => typeof source?.text === "string" ? source.text : decodeText(bytesOf("read CSV", source?.text)),
    ));
  const nameOf = (i: number) => sources[i].name ?? `text ${i + 1}`;
  const separator = resolved.separator === "auto" ? separatorOf(texts) : resolved.separator;
  const columns = newColumns();
  const surveys = texts.map((text, i) => within(sources[i], () => survey(text, separator, columns)));
  const heads = resolved.header === "auto"
    ? headings(surveys, columns)
    : surveys.map(() => resolved.header === "yes");
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
  const lines = counts.reduce((a, b) => a + b);
  const index = indexColumn(columns, names[0], { lines, label: resolved.label, index: resolved.index });
  const { label, rival } = labelColumn(columns, names[0], { index, label: resolved.label });
  if (index >= 0 && columns.width < 3) fail("there are no inputs beside the index and the label");
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
