/** Which character parts the values of delimited text. @module */

import { scan } from "./csv_scan.ts";

/** What parts the cells of a line. */
export type Separator = "comma" | "semicolon" | "tab" | "bar";

/** The characters. */
export const SEPARATORS: Readonly<Record<Separator, string>> = {
  comma: ",",
  semicolon: ";",
  tab: "\t",
  bar: "|",
};

/** Records by which the separator is found. */
const SAMPLE = 20;

/**
 * The character that parts the cells of `texts`: that with the same number of cells, two at least, in each of the first
 * lines, and the most numbers among them.
 */
export function separatorOf(texts: readonly string[]): Separator {
  let best: Separator = "comma", bestScore = -1;
  for (const name of ["tab", "semicolon", "bar", "comma"] as const) {
    const widths = new Set<number>();
    let cells = 0, numbers = 0;
    for (const text of texts) {
      let records = 0;
      try {
        scan(text, SEPARATORS[name].charCodeAt(0), {
          cell(_, from, to) {
            cells++;
            numbers += Number(
              /^[+-]?[\d.,]*\d[\d.]*(e[+-]?\d+)?$/i.test(text.slice(from, Math.min(to, from + 40))),
            );
          },
          record(count) {
            widths.add(count);
            return ++records === SAMPLE;
          },
        });
      } catch {
        widths.add(0);
      }
    }
    const [width] = widths;
    const score = widths.size === 1 && width > 1 ? 1 + numbers / cells : width > 1 ? numbers / cells / 2 : -1;
    if (score > bestScore) [best, bestScore] = [name, score];
  }
  return best;
}
