/** Which column of delimited text is the label, and which only counts the lines. @module */

import { InputError } from "../errors.ts";
import { oneOf, quoted, shown, suggestion } from "../wording.ts";
import { type Columns, isIntegerColumn, isWordColumn } from "./csv_survey.ts";
import { imageOfWidth } from "./image.ts";

/** Names by which a label is known. */
const LABEL_NAME = /^#?\s*(labels?|class(es)?|targets?|y|species|category)$/i;

/** Lines from which on a column that counts them is an index, and no label. */
const MANY = 50;

/** The column that numbers the lines, as pandas writes one without a name; −1 if there is none. */
export function indexColumn(
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
export function labelColumn(
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

export function fail(problem: string): never {
  throw new InputError("format", "read CSV", problem);
}
