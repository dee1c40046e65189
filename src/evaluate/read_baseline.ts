/** An earlier check as a baseline, read from its report. @module */

import { InputError } from "../errors.ts";
import { checkedMembers } from "../fields.ts";
import { any, type Field, integer } from "../schema.ts";
import { bitsOf, conditionOutcome, type Found } from "./condition_outcome.ts";

/** What of an earlier report is compared with. */
export interface Baseline extends Found {
  /** The model by name. */
  readonly model: string;
  /** SHA-256 of its model and of the examples. */
  readonly sha256: { readonly model: string; readonly data: string };
  /** Number of examples. */
  readonly examples: number;
  /** Build of the kernels. */
  readonly kernels: string;
}

const text = { kind: "text", help: "", required: true } as const satisfies Field;

const part = { ...any(""), required: true } as const satisfies Field;

const count = integer("", { min: 1, required: true });

/**
 * The baseline in `value`, the report of an earlier check in JSON with the hashes of its model and examples; those of now
 * have the hash `data`.
 *
 * @throws {InputError} if it is none, or of other examples
 */
export function readBaseline(value: unknown, data: string): Baseline {
  const fail = (problem: string): never => {
    throw new InputError("format", "use a baseline", problem);
  };
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "outcomes")) {
    return fail("it is no report that check wrote by --out");
  }
  const members = (value: unknown, schema: Readonly<Record<string, Field>>, place: string) => {
    if (typeof value !== "object" || value === null) return fail(`${place} must be an object`);
    const known = Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(schema, name)));
    return checkedMembers(schema, known, { place, fail });
  };
  const report = members(value, {
    model: text,
    kernels: text,
    sha256: part,
    data: part,
    outcomes: part,
    conditions: part,
    robustness: part,
  }, "");
  const sha256 = members(report.sha256, { model: text, data: text }, "sha256");
  if (sha256.data !== data) {
    return fail("its examples are others, or were scaled otherwise; make it anew on the data of today");
  }
  const { examples } = members(report.data, { examples: count }, "data") as { examples: number };
  if (!Array.isArray(report.outcomes)) return fail("outcomes must be a list");
  const digits = Math.ceil(examples / 4);
  const outcomes = report.outcomes.map((each, i) => {
    const place = `outcomes[${i}]`;
    const { on, epsilon, wrong } = members(each, { on: text, epsilon: part, wrong: text }, place) as {
      on: string;
      epsilon: number | null;
      wrong: string;
    };
    if (epsilon !== null && typeof epsilon !== "number") {
      return fail(`${place}.epsilon must be a number or null`);
    }
    if (wrong.length !== digits || !/^[0-9a-f]*$/.test(wrong)) {
      return fail(`${place}.wrong must be ${digits} hexadecimal digits, for ${examples} examples`);
    }
    return conditionOutcome(on, epsilon, bitsOf(wrong, examples));
  });
  const objects = (value: unknown, place: string) =>
    Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null)
      ? value
      : fail(`${place} must be a list of objects`);
  objects(members(report.conditions, { attacks: part }, "conditions").attacks, "conditions.attacks");
  if (report.robustness !== null) {
    objects(members(report.robustness, { at: part, constraint: part }, "robustness").at, "robustness.at");
  }
  const { model, kernels, conditions, robustness } = report as unknown as Baseline;
  return {
    model,
    kernels,
    examples,
    outcomes,
    conditions,
    robustness,
    sha256: sha256 as Baseline["sha256"],
  };
}
