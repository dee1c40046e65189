/** Checks by schemas, and what they refuse in a sentence. @module */

import * as v from "valibot";
import { quoted } from "../schema.ts";
import { type Gate, LIMITED } from "../evaluate/gate.ts";

/** A whole number ≥ `least`. */
export function whole(least: number) {
  const problem = `must be a whole number ≥ ${least}`;
  return v.pipe(v.number(problem), v.safeInteger(problem), v.minValue(least, problem));
}

const finite = v.pipe(v.number("must be a number"), v.finite("must be a finite number"));

const IN_UNIT = "must be a number in 0 … 1";

/** A fraction. */
export const fraction = v.pipe(v.number(IN_UNIT), v.minValue(0, IN_UNIT), v.maxValue(1, IN_UNIT));

const NOT_NEGATIVE = "must be a finite number ≥ 0";

const epsilon = v.pipe(v.number(NOT_NEGATIVE), v.finite(NOT_NEGATIVE), v.minValue(0, NOT_NEGATIVE));

/** An object of these members and no others. */
export function record<const E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(
    entries,
    ({ expected, received }) =>
      expected === "never"
        ? `is none of its members, ${Object.keys(entries).join(", ")}`
        : received === "undefined"
        ? "is missing"
        : "must be an object",
  );
}

/** A list whose items differ, and are one at least. */
function different<const S extends v.GenericSchema<unknown, unknown>>(item: S) {
  return v.pipe(
    v.array(item, "must be a list"),
    v.minLength(1, "must not be empty"),
    v.check((items) => new Set(items).size === items.length, "must not hold anything twice"),
  );
}

const limits = Object.fromEntries(LIMITED.map((rate) => [rate, v.optional(fraction)])) as Record<
  typeof LIMITED[number],
  v.OptionalSchema<typeof fraction, undefined>
>;

/** A gate of which anything may be left out, that tries these attacks at most. */
export function gateOf(names: readonly string[]): v.GenericSchema<unknown, Partial<Gate>> {
  const rows = ["clean", "noise", ...names];
  const threshold = record({
    on: v.picklist(rows, `must be one of ${rows.join(", ")}`),
    epsilon: v.optional(epsilon),
    ...limits,
  });
  const members = v.partial(record({
    attacks: different(v.picklist(names, `must be one of ${names.join(", ")}`)),
    epsilons: different(epsilon),
    norm: v.picklist(["Linf", "L2", "L1"], "must be Linf, L2 or L1"),
    labels: v.picklist(["true", "predicted"], "must be true or predicted"),
    bounds: v.pipe(
      v.strictTuple([finite, finite], "must be two numbers"),
      v.check(([lo, hi]) => lo < hi, "must be two numbers, the first the less"),
    ),
    seed: whole(0),
    perClass: v.boolean("must be true or false"),
    thresholds: v.array(threshold, "must be a list"),
  }));
  // a list is an object too, with none of the members, and here all may be missing
  return v.pipe(v.custom((value) => !Array.isArray(value), "must be an object"), members);
}

/**
 * `value`, if it is as `schema` says.
 *
 * @throws what `fail` makes of the first thing that is not
 */
export function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  fail: (problem: string) => Error,
): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path, message }] = result.issues;
  throw fail(path ? `${placeOf(path)} ${message}` : `it ${message}`);
}

function placeOf(path: readonly v.IssuePathItem[]): string {
  return path.reduce((place, { key }) => {
    if (typeof key === "number") return `${place}[${key}]`;
    const name = /^\w{1,60}$/.test(`${key}`) ? `${key}` : quoted(`${key}`);
    return place === "" ? name : `${place}.${name}`;
  }, "");
}
