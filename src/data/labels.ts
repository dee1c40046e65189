/** LabelColumn of a data set as classes 0, 1, … @module */

import { InputError } from "../errors.ts";
import { quoted } from "../wording.ts";
import type { NumericArray } from "./elements.ts";
import type { LabelMeaning } from "./reading.ts";

/** Label of each example, (B): numbers, or words; NaN or undefined is a missing one. */
export type LabelColumn = NumericArray | readonly (string | number | undefined)[];

/** LabelColumn of one table. */
interface Labelled {
  readonly labels: LabelColumn;
  /** What messages call the table, such as the name of its file. */
  readonly name?: string;
  /** What messages call example `row`; default its number, from 0. */
  readonly place?: (row: number) => string;
}

/** Whether labels are words. */
export function areStrings(labels: LabelColumn): labels is readonly string[] {
  return Array.isArray(labels) && labels.some((label) => typeof label === "string");
}

/**
 * What the labels of `tables`, together, stand for. Words are classes in order of their characters. Whole numbers count
 * from 0, or from 1 if they are exactly 1 … K with none left out; −1 and 1 are two classes.
 *
 * @throws {InputError} if a label is neither a word nor a whole number ≥ 0
 */
export function labelling(
  tables: readonly Labelled[],
  { classes, labelBase }: { classes?: number; labelBase: number | "auto" },
): LabelMeaning {
  if (tables.some(({ labels }) => areStrings(labels))) {
    const names = new Set<string>();
    for (const { labels } of tables) for (let i = 0; i < labels.length; i++) names.add(`${labels[i]}`);
    const sorted = [...names].sort();
    return { classes: checkedCount(sorted.length, classes), names: sorted };
  }
  const found = new Set<number>();
  let max = 0;
  for (const table of tables) {
    const { labels, place = exampleAt } = table;
    for (let i = 0; i < labels.length; i++) {
      const label = Number(labels[i]);
      if (!Number.isInteger(label) || Math.abs(label) >= 2 ** 31) {
        fail(table, `label ${label} of ${place(i)} is not a whole number in 0 … ${(classes ?? 2 ** 31) - 1}`);
      }
      max = Math.max(max, label);
      found.add(label);
    }
  }
  if (labelBase === "auto" && classes === undefined && [...found].sort().join() === "-1,1") {
    return { classes: 2, names: ["-1", "1"] };
  }
  const base = labelBase === "auto" ? baseOf(found, max, classes) : labelBase;
  const count = classes ?? max - base + 1;
  for (const table of tables) {
    const { labels, place = exampleAt } = table;
    for (let i = 0; i < labels.length; i++) {
      const label = Number(labels[i]);
      if (label < base || label >= base + count) {
        fail(table, `label ${label} of ${place(i)} is not a whole number in ${base} … ${base + count - 1}`);
      }
    }
  }
  if (base === 0) return { classes: count };
  if (count > MAX_NAMES) {
    throw new InputError(
      "value",
      "read the labels",
      `${count} classes that count from ${base} are more than the ${MAX_NAMES} that can have names; let them count from 0`,
    );
  }
  return { classes: count, names: Array.from({ length: count }, (_, k) => `${k + base}`) };
}

/** Classes that are given names where labels do not count from 0. */
const MAX_NAMES = 2 ** 16;

function baseOf(found: ReadonlySet<number>, max: number, classes: number | undefined): number {
  if (found.has(0) || max < 2) return 0;
  return classes === undefined ? Number(found.size === max) : Number(max === classes);
}

function checkedCount(found: number, classes: number | undefined): number {
  if (classes !== undefined && classes !== found) {
    throw new InputError("value", "read the labels", `there are ${found} different words, not ${classes}`);
  }
  return found;
}

/**
 * `labels` as classes; `whose` says in messages whose these are.
 *
 * @throws {InputError} if one is none of `labelling`
 */
export function classesOf(
  table: Labelled,
  { classes, names }: LabelMeaning,
  whose = "",
): Int32Array {
  const { labels, place = exampleAt } = table;
  const places = names && new Map(names.map((name, k) => [name, k]));
  const out = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    const k = places ? places.get(`${label}`) : Number(label);
    if (k === undefined || !Number.isInteger(k) || k < 0 || k >= classes) {
      const shown = typeof label === "string" ? quoted(label) : `${label}`;
      fail(
        table,
        `label ${shown} of ${place(i)} is none of ${whose}${names ? listed(names) : `0 … ${classes - 1}`}`,
      );
    }
    out[i] = k!;
  }
  return out;
}

function listed(names: readonly string[]): string {
  return names.slice(0, 6).map(quoted).join(", ") + (names.length > 6 ? ", …" : "");
}

/** How messages name example `row`, unless its table has lines. */
export function exampleAt(row: number): string {
  return `example ${row}`;
}

function fail(table: Labelled, problem: string): never {
  throw new InputError("value", reading(table), problem);
}

/** The action that messages say of a table. */
export function reading({ name }: { readonly name?: string }): string {
  return name === undefined ? "read data" : `read ${name}`;
}
