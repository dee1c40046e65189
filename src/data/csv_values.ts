/** The inputs and labels of delimited text. @module */

import { quoted } from "../wording.ts";
import { fail } from "./csv_columns.ts";
import { cellNumber, cellText, isMissing, scan, truthOf } from "./csv_scan.ts";
import { type Separator, SEPARATORS } from "./csv_separator.ts";
import type { Table } from "./table.ts";

/** The numbers of the inputs `kept`, and the labels. */
export function fill(
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
      let value = cellNumber(text, from, to);
      if (!(Number.isFinite(Math.fround(value))) && problems.length === 0) {
        const word = cellText(text, from, to);
        if (input >= 0) value = truthOf(word);
        if (Number.isNaN(value) && !isMissing(word)) problems.push({ row, col, word });
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
