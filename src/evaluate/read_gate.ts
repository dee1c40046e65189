/** Gates from files and request bodies. @module */

import { InputError } from "../errors.ts";
import { checkedMembers, type JsonSchema, jsonSchemaOf, jsonSchemaOfField, quotedName } from "../fields.ts";
import { boolean, choice, type Field, integer, integers, number, numbers, problem } from "../schema.ts";
import { oneOf, shown } from "../wording.ts";
import { METHODS } from "../certify/options.ts";
import { EFFORTS } from "./efforts.ts";
import { type Gate, LIMITED, type Threshold, WORST_CASE } from "./gate.ts";
import { type AttackChoice, attackSchemas } from "./attack_choice.ts";

const fraction = (help: string) => number(help, { min: 0, max: 1 });

/** The members of a threshold. */
const THRESHOLD = {
  on: {
    kind: "text",
    help: "what it is about: clean, attacked, certified, noise, or an attack by its name",
    required: true,
  },
  epsilon: number("at which size; default at each", { min: 0 }),
  errorRate: fraction("maximum error rate"),
  confidenceOnErrors: fraction("maximum mean confidence on errors"),
  errorOverNoise: fraction("by how much the error rate may exceed that under noise of the same size"),
  noWorse: number(
    "no worse than the baseline: level of McNemar's exact test, one-sided, on the same examples",
    { above: 0, below: 1 },
  ),
} as const satisfies Record<string, Field>;

/** The members of a gate that are options; `attacks` and `thresholds` are lists of more than that. */
const MEMBERS = {
  effort: choice("how hard the worst case over many attacks is looked for", [...EFFORTS, "none"]),
  certify: choice("bounds that certify", [...METHODS, "none"]),
  epsilons: numbers("sizes of the perturbations, in input units", { min: 0 }),
  norm: choice("norm that epsilon bounds, for attacks that have a choice", ["Linf", "L2", "L1", "L0"]),
  labels: choice("labels whose loss is raised, for attacks that raise one", ["true", "predicted"]),
  bounds: numbers("minimum and maximum of an input", { count: 2 }),
  fixed: integers("places of the inputs that stay as they are", { min: 0 }),
  grid: number("steps a unit that inputs are whole numbers of", { above: 0 }),
  seed: integer("seed of what is random", { min: 0 }),
  perClass: boolean("whether to report each true class", {}),
} as const;

/** A group of `oneHot`. */
const GROUP = integers("places of inputs", { min: 0 });

const LISTS = {
  attacks: { kind: "any", help: "attacks to try one by one, by name or with options of their own" },
  thresholds: { kind: "any", help: "thresholds to meet" },
  oneHot: { kind: "any", help: "groups of inputs of which one is 1 and the others 0, by their places" },
} as const satisfies Record<string, Field>;

/** The member that names the JSON Schema for editors. */
const SCHEMA = {
  $schema: { kind: "text", help: "address of the JSON Schema, for editors" },
} as const satisfies Record<string, Field>;

/** How a gate is read: how messages name it, which attacks it may use, and its limits. */
export interface GateLimits {
  /** Registry keys of the attacks that it may try; default all. */
  readonly attacks?: readonly string[];
  /** What its members are called from, such as `gate`; default nothing. */
  readonly place?: string;
}

/**
 * The gate in `value`, parsed from JSON; every member is optional. What thresholds are about is checked when it is
 * tried.
 *
 * @throws {InputError} with the first thing that is not as it must be
 */
export function readGate(
  value: unknown,
  { attacks = Object.keys(attackSchemas), place = "" }: GateLimits = {},
): Partial<Gate> {
  const fail = (problem: string): never => {
    throw new InputError("value", "use a gate", problem);
  };
  const at = (name: string) => place === "" ? name : `${place}.${name}`;
  const { $schema: _, ...members } = checkedMembers({ ...LISTS, ...MEMBERS, ...SCHEMA }, value, {
    place,
    fail,
  });
  if (members.oneHot !== undefined) {
    for (const [i, group] of listOf(members.oneHot, at("oneHot"), fail).entries()) {
      const wanted = problem(GROUP, group);
      if (wanted !== undefined) fail(`${at("oneHot")}[${i}] must be ${wanted}`);
    }
  }
  const { epsilons, bounds, thresholds } = members as Record<string, unknown[] | undefined>;
  if (epsilons) checkDifferent(epsilons, at("epsilons"), fail);
  if (bounds && !((bounds[0] as number) < (bounds[1] as number))) {
    fail(`${at("bounds")} must be two numbers, the first the less`);
  }
  const named = members.attacks === undefined ? undefined : listOf(members.attacks, at("attacks"), fail)
    .map((each, i) => readAttack(each, { attacks, place: `${at("attacks")}[${i}]`, fail }));
  if (named) {
    checkDifferent(
      named.map((each) => typeof each === "string" ? each : each.name ?? each.attack),
      at("attacks"),
      fail,
    );
  }
  return Object.fromEntries(
    Object.entries({
      ...members,
      attacks: named,
      thresholds: thresholds === undefined ? undefined : listOf(thresholds, at("thresholds"), fail)
        .map((each, i) =>
          checkedMembers(THRESHOLD, each, {
            place: `${at("thresholds")}[${i}]`,
            fail,
          }) as unknown as Threshold
        ),
    }).filter(([, member]) => member !== undefined),
  );
}

/** Throws for a problem. */
type Fail = (problem: string) => never;

function readAttack(
  value: unknown,
  { attacks, place, fail }: { attacks: readonly string[]; place: string; fail: Fail },
): string | AttackChoice {
  const known = (name: unknown, at: string): string =>
    attacks.includes(name as string)
      ? name as string
      : fail(`${at} must be ${oneOf(attacks)}, not ${shown(name)}`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return known(value, place);
  const { attack } = value as Readonly<Record<string, unknown>>;
  const name = known(Object.hasOwn(value, "attack") ? attack : undefined, `${place}.attack`);
  const members = { ...NAMED, ...attackSchemas[name] };
  const read = checkedMembers(members, value, { place, fail, of: `the options of ${name}` });
  if (read.name !== undefined) checkName(read.name as string, `${place}.name`, fail);
  return read as unknown as AttackChoice;
}

const NAMED = {
  attack: { kind: "text", help: "the attack", required: true },
  name: { kind: "text", help: "what it is called in results and thresholds; default the attack" },
} as const satisfies Record<string, Field>;

/** A name that stands in tables, and is taken for nothing else there. */
function checkName(name: string, place: string, fail: Fail): void {
  if (["clean", ...WORST_CASE, "noise", ...Object.keys(attackSchemas)].includes(name)) {
    fail(`${place} must not be ${quotedName(name)}, which means something else`);
  }
  if (!/^[\w.+-]{1,40}$/.test(name)) fail(`${place} must be 1 to 40 letters, digits or one of . + - _`);
}

function listOf(value: unknown, place: string, fail: Fail): unknown[] {
  return Array.isArray(value) ? value : fail(`${place} must be a list`);
}

function checkDifferent(items: readonly unknown[], place: string, fail: Fail): void {
  if (items.length === 0) fail(`${place} must not be empty`);
  if (new Set(items).size < items.length) fail(`${place} must not hold anything twice`);
}

/** The JSON Schema of a gate that tries these attacks at most, with so many sizes and thresholds. */
export function gateSchema(
  { attacks = Object.keys(attackSchemas), epsilons, thresholds }: {
    attacks?: readonly string[];
    epsilons?: number;
    thresholds?: number;
  } = {},
): JsonSchema {
  const { properties, ...rest } = jsonSchemaOf(MEMBERS) as { properties: JsonSchema };
  const choices = attacks.map((name) => {
    const own = jsonSchemaOf({ ...NAMED, ...attackSchemas[name] }) as { properties: JsonSchema };
    return { ...own, properties: { ...own.properties, attack: { const: name } } };
  });
  return {
    ...rest,
    properties: {
      attacks: {
        type: "array",
        minItems: 1,
        description: LISTS.attacks.help,
        items: { anyOf: [{ enum: attacks }, ...choices] },
      },
      ...jsonSchemaOf(SCHEMA).properties as JsonSchema,
      ...properties,
      oneHot: { type: "array", description: LISTS.oneHot.help, items: jsonSchemaOfField(GROUP) },
      epsilons: {
        ...jsonSchemaOfField(MEMBERS.epsilons),
        minItems: 1,
        uniqueItems: true,
        ...(epsilons !== undefined && { maxItems: epsilons }),
      },
      thresholds: {
        type: "array",
        description: LISTS.thresholds.help,
        ...(thresholds !== undefined && { maxItems: thresholds }),
        items: {
          ...jsonSchemaOf(THRESHOLD),
          anyOf: [...LIMITED, "noWorse"].map((rate) => ({ required: [rate] })),
        },
      },
    },
  };
}
