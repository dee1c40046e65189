/** Public functions, one argument or part of one replaced by a value that it should not be. @module */

import fc from "fast-check";
import * as gibbon from "../../../src/mod.ts";
import { type Subject, subject } from "../subject.ts";
import { ARGUMENTS } from "./call_arguments.ts";
import { HOSTILE } from "./hostile_values.ts";

type Call = (...args: never[]) => unknown;

/** Those that ask for more work than a second's, where a number is that of steps or samples. */
const WORK =
  /iterations|steps|epochs|samples|restarts|attempts|refinements|halvings|selection|targets|train$|test$/i;
const LARGE = ["2^31", "2^53", "1e308"];

/** A function, the place in its arguments where something else stands, and what. */
export interface HostileCall {
  readonly name: string;
  readonly place: readonly (string | number)[];
  readonly value: string;
}

/** Places in `value` down to parts of options, models and numbers of lists aside. */
function placesIn(value: unknown, depth = 0): (string | number)[][] {
  if (depth === 4 || typeof value !== "object" || value === null) return [[]];
  if (ArrayBuffer.isView(value)) return value.byteLength === 0 ? [[]] : [[], [0]];
  if ("scores" in value || "shapes" in value || value instanceof ArrayBuffer) return [[]];
  const parts = Object.keys(value).map((key) => Array.isArray(value) ? Number(key) : key);
  const below = parts.flatMap((key) =>
    placesIn(value[key as keyof typeof value], depth + 1).map((place) => [key, ...place])
  );
  return depth === 0 ? below : [[], ...below];
}

/** What stands at `place` in the arguments of `name`: a number of no list of whole ones, a matrix, a model, or something else. */
export function kindAt(name: string, place: HostileCall["place"]): "number" | "matrix" | "model" | "other" {
  let value: unknown = ARGUMENTS[name](), holder: unknown;
  for (const key of place) [holder, value] = [value, (value as Record<string | number, unknown>)[key]];
  // a typed array of whole numbers makes 0 of NaN
  if (typeof value === "number") {
    return holder instanceof Int32Array || holder instanceof Uint8Array ? "other" : "number";
  }
  if (typeof value !== "object" || value === null) return "other";
  return "scores" in value ? "model" : "rows" in value && "data" in value ? "matrix" : "other";
}

/** All calls of which one thing is wrong. */
export const CALLS: readonly HostileCall[] = Object.entries(ARGUMENTS).flatMap(([name, args]) =>
  placesIn(args()).flatMap((place) =>
    Object.keys(HOSTILE)
      .filter((value) => !(WORK.test(place.join(".")) && LARGE.includes(value)))
      // its defaults are more than a second's work
      .filter((value) => name !== "digits" || place.length > 1 && value !== "undefined")
      .map((value) => ({ name, place, value }))
  )
);

/** `value` with what stands at `place` replaced. */
function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (ArrayBuffer.isView(value)) {
    const copy = (value as Float32Array).slice();
    try {
      copy[key as number] = by as number;
    } catch {
      // what a typed array does not take
    }
    return copy;
  }
  const copy = (Array.isArray(value) ? [...value] : { ...value as object }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const isGenerator = (value: unknown): value is Generator =>
  typeof value === "object" && value !== null && Symbol.iterator in value && "next" in value;

/** Public functions whose arguments cannot be wrong, are other functions of the library, or are checked by whoever calls them. */
const EXEMPT = [
  ...["init", "kernels", "threads", "InputError", "defineFamily", "makeAttack"],
  ...["misclassified", "targeted", "fillNormal", "fillUniform"],
];

/** Public functions that this file has no arguments for, and arguments of what is no public function. */
export const uncovered: readonly string[] = [
  ...Object.keys(ARGUMENTS).filter((name) => !Object.hasOwn(gibbon, name)),
  ...Object.entries(gibbon)
    .filter(([name, value]) =>
      typeof value === "function" && !Object.hasOwn(ARGUMENTS, name) && !EXEMPT.includes(name)
    )
    .map(([name]) => name),
];

/** The public functions. */
export const calls: Subject = subject({
  name: "calls",
  // calls are not shrunk
  inputs: fc.noShrink(fc.constantFrom(...CALLS)),
  async run({ name, place, value }: HostileCall) {
    const args = replaced(ARGUMENTS[name](), place, HOSTILE[value]()) as never[];
    const call = (gibbon as unknown as Record<string, Call>)[name];
    const result = await call(...args);
    if (isGenerator(result)) { for (const _ of result); }
    if (name === "train" || name === "model" || name === "loadModel") {
      (result as Disposable)[Symbol.dispose]();
    }
  },
});
