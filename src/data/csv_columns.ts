/** Which column of delimited text is the label, and which only counts the lines. @module */

import { InputError } from "../errors.ts";
import { oneOf, quoted, shown, suggestion } from "../wording.ts";
import { type Columns, isDistinct, isIntegerColumn, isTruthColumn, isWordColumn } from "./csv_survey.ts";
import { imageOfWidth } from "./image.ts";

/** Names by which a label is known. */
const LABEL_NAME = /^#?\s*(labels?|class(es)?|targets?|y|species|category)$/i;

/** Names of a column that numbers the lines. */
const INDEX_NAME = /^(unnamed: 0|id|index|rownames|row[ _]?(id|number))?$/i;

/** Lines from which on a column that counts them is an index, and no label. */
const MANY = 50;

/** Which column is left out because it numbers the lines; −1 if there is none. */
export function indexColumn(
  columns: Columns,
  names: readonly string[] | undefined,
  { lines, label, index }: { lines: number; label: string | number; index: string | number },
): number {
  if (index === "none") return -1;
  if (index !== "auto") return namedColumn(columns.width, names, index);
  const isLabel = ["first", 0, "0", names?.[0]].includes(label);
  if (columns.width < 3 || isLabel || !isIntegerColumn(columns, 0)) return -1;
  if (columns.counts && lines > MANY) return 0;
  if (!names || !INDEX_NAME.test(names[0])) return -1;
  return columns.counts || /^(unnamed: 0)?$/i.test(names[0]) || isDistinct(columns, 0) ? 0 : -1;
}

/** The column of the label, and the one that may be it as well, where nothing tells them apart. */
export function labelColumn(
  columns: Columns,
  names: readonly string[] | undefined,
  { index, label }: { index: number; label: string | number },
): { label: number; rival?: number } {
  const first = index === 0 ? 1 : 0, last = columns.width - (index === columns.width - 1 ? 2 : 1);
  if (label === "first") return { label: first };
  if (label === "last") return { label: last };
  if (label !== "auto") {
    const named = namedColumn(columns.width, names, label);
    if (named === index) fail(`column ${named + 1} cannot be both the label and the index`);
    return { label: named };
  }
  const telling = (names ?? []).flatMap((name, c) => c !== index && LABEL_NAME.test(name) ? [c] : []);
  if (telling.length === 1) return { label: telling[0] };
  const worded = Array.from(columns.words.keys()).filter((c) => c !== index && isWordColumn(columns, c));
  const candidates = worded.filter((c) => c === first || c === last || !isTruthColumn(columns, c));
  const words = candidates.filter((c) => !isTruthColumn(columns, c));
  if (words.length === 1) return { label: words[0] };
  if (candidates.length === 1) return { label: candidates[0] };
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
  const min = Math.min(...values), most = Math.max(...values);
  const counts = (min === 0 || min === 1) && most - min + 1 === values.size;
  return values.size > 1 && (counts || (min === -1 && most === 1 && values.size === 2));
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

export function fail(problem: string): never {
  throw new InputError("format", "read CSV", problem);
}
