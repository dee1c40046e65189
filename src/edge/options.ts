/** How a handler is configured. @module */

import { InputError } from "../errors.ts";
import { anyAttacks } from "../attacks/mod.ts";
import { GATE, type Gate } from "../evaluate/gate.ts";
import { trialsOf } from "../evaluate/trials.ts";
import { readGate } from "../evaluate/read_gate.ts";
import { checkedMembers } from "../fields.ts";
import type { Model } from "../models/model.ts";
import type { Differentiable } from "../models/classifier.ts";
import { any, type AnySchema, integer, number } from "../schema.ts";
import { oneOf, shown } from "../wording.ts";
import type { Settings } from "./action.ts";

/** What a request may ask for at most. */
export interface Limits {
  /** Bytes of a body; default 2 MiB. */
  bytes?: number;
  /** Bytes of an answer; default 4 MiB. */
  answer?: number;
  /** Examples at once; default 500. */
  examples?: number;
  /** Sizes of perturbations in a check; default 16. */
  epsilons?: number;
  /** Thresholds of a check; default 64. */
  thresholds?: number;
  /** Multiply-adds of its work, about, told before it begins; default 7·10⁹, which is about a second. */
  multiplyAdds?: number;
  /** Milliseconds, from the head of the request to its answer; default 10,000. Looked at every few hundredths of a second. */
  milliseconds?: number;
}

/** Pages of which origins may ask. */
export interface Cors {
  /** Origins such as `https://example.org`, or `"*"` for all. */
  origins: "*" | readonly string[];
}

/** What `createHandler` takes. */
export interface HandlerOptions {
  /**
   * The models by the names they are asked for: `loadModel`'s, those of `readOnnx` and `readTfjs`, or records of a user's own.
   * Whoever knows a name may ask.
   */
  models: Readonly<Record<string, Differentiable>>;
  /**
   * Multiply-adds that the scores of one input take, by the names of the models; default the number of a model's
   * parameters and four for each input, and 10⁶ for a model that is of no family.
   */
  costs?: Readonly<Record<string, number>>;
  /** What a request may ask for at most. */
  limits?: Limits;
  /**
   * What a check tries and asks for where its request does not say; default the worst case over many attacks of effort `quick` at
   * ε = 0.25, on as many examples as there is time for, and no thresholds. What a request says takes the place of the member
   * here; where an effort is said, all examples are judged.
   */
  gate?: Partial<Gate>;
  /** Attacks that a check may try one by one; default those that use the size they are given, and search for no smaller one. */
  attacks?: readonly string[];
  /** Screening where its request does not say: probability above which an input is no rubbish; default 0.5. */
  threshold?: number;
  /** Which pages of other origins may ask; default none. */
  cors?: Cors;
  /** Path before all routes, such as `/robustness`; default none. */
  basePath?: string;
  /** Called with errors that no request explains: bugs, or a host out of memory. Nothing else is logged anywhere. */
  onError?: (error: unknown) => void;
}

/** The same, complete. */
export interface Configuration extends Settings {
  readonly models: ReadonlyMap<string, Differentiable>;
  /** Multiply-adds that the scores of one input take, by model. */
  readonly costs: ReadonlyMap<string, number>;
  readonly limits: Required<Limits>;
  readonly origins: "*" | readonly string[] | undefined;
  readonly basePath: string;
  readonly onError: (error: unknown) => void;
}

const count = (help: string, fallback: number) => integer(help, { min: 1, default: fallback });

const LIMITS = {
  bytes: count("bytes of a body", 2 ** 21),
  answer: count("bytes of an answer", 2 ** 22),
  examples: count("examples at once", 500),
  epsilons: count("sizes of perturbations in a check", 16),
  thresholds: count("thresholds of a check", 64),
  multiplyAdds: count("multiply-adds of its work", 7e9),
  milliseconds: count("milliseconds to its answer", 10_000),
} as const;

/** Multiply-adds of one input's scores where nothing is known of a model. */
const UNKNOWN_COST = 1e6;
/** What an attack does with each input beside the model, as multiply-adds of matrix products: its step, and back into the region. */
const INPUT_COST = 4;

const PATH = "must be a path that begins with / and does not end with one";

const NAMES = Object.keys(anyAttacks);

const OPTIONS: AnySchema = {
  limits: any("what a request may ask for at most"),
  costs: any("multiply-adds of one input's scores, by model"),
  gate: any("what a check tries and asks for"),
  attacks: any("attacks that a check may try"),
  threshold: number("probability above which an input is no rubbish", { min: 0, max: 1 }),
  cors: any("which pages may ask"),
  basePath: any("path before all routes"),
};

/**
 * The configuration that `options` make.
 *
 * @throws {InputError} if one of them is not as described
 */
export function configure({ models, onError = () => {}, ...options }: HandlerOptions): Configuration {
  checkedMembers(OPTIONS, options, { fail, of: "the options" });
  const { limits = {}, costs = {}, gate = {}, threshold = 0.5, cors, basePath = "" } = options;
  const defaults = Object.fromEntries(Object.entries(LIMITS).map(([name, field]) => [name, field.default]));
  const all = { ...defaults, ...checkedMembers(LIMITS, limits, { place: "limits", fail }) } as Required<
    Limits
  >;
  const allowed = options.attacks === undefined
    ? NAMES.filter((name) => anyAttacks[name].goal === "within")
    : checkAttacks(options.attacks);
  const named = new Map(Object.entries(models));
  for (const [name, model] of named) {
    if (name === "" || !(model?.inputs > 0) || !(model.classes > 0)) {
      throw fail(`models.${name} must be a model`);
    }
  }
  if (named.size === 0) throw fail("models must hold one at least");
  const cost = number("multiply-adds", { above: 0 });
  checkedMembers(Object.fromEntries(Array.from(named.keys(), (name) => [name, cost])), costs, {
    place: "costs",
    fail,
  });
  if (cors !== undefined) checkCors(cors);
  if (basePath !== "" && !/^(\/[\w.~-]+)+$/.test(basePath)) throw fail(`basePath ${PATH}`);
  return {
    models: named,
    costs: new Map(Array.from(named, ([name, model]) => [name, costs[name] ?? costOf(model)])),
    limits: all,
    attacks: allowed,
    epsilons: all.epsilons,
    thresholds: all.thresholds,
    multiplyAdds: all.multiplyAdds,
    gate: readConfigured(gate, allowed),
    threshold,
    origins: cors?.origins,
    basePath,
    onError,
  };
}

function fail(problem: string): InputError {
  return new InputError("value", "create a handler", problem);
}

function readConfigured(options: unknown, attacks: readonly string[]): Gate {
  try {
    const gate = { ...GATE, ...readGate(options, { attacks }) };
    // what its thresholds are about
    trialsOf(gate, 1);
    return gate;
  } catch (error) {
    throw error instanceof InputError ? fail(`gate: ${error.reason}`) : error;
  }
}

function checkAttacks(names: unknown): readonly string[] {
  if (!Array.isArray(names) || names.length === 0) throw fail("attacks must be a list of one or more names");
  const unknown = names.findIndex((name) => !NAMES.includes(name));
  if (unknown >= 0) throw fail(`attacks[${unknown}] must be ${oneOf(NAMES)}, not ${shown(names[unknown])}`);
  return names;
}

function checkCors(cors: unknown): void {
  const { origins } = checkedMembers({ origins: any("which", { required: true }) }, cors, {
    place: "cors",
    fail,
  });
  const fits = origins === "*" || Array.isArray(origins) &&
      origins.every((origin) => typeof origin === "string" && /^[a-z][a-z\d+.-]*:\/\/[^/*]+$/i.test(origin));
  if (!fits) throw fail('cors.origins must be "*" or a list of origins such as https://example.org');
}

/**
 * Multiply-adds that the scores of one input take, about: one for each parameter at each place of an image that a node gives,
 * and no fewer than the node has outputs; in each of a mean field's iterations.
 */
function costOf({ family, inputs }: Differentiable & Partial<Pick<Model, "family">>): number {
  if (!family) return UNKNOWN_COST;
  const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const { iterations = 1 } = family.config as { iterations?: number };
  const nodes = family.checked.nodes.map(({ shape, tensors }) =>
    Math.max(
      tensors.reduce((sum, each) => sum + sizeOf(each.shape), 0) * sizeOf(shape.slice(1)),
      sizeOf(shape),
    )
  );
  return nodes.reduce((a, b) => a + b, 0) * iterations + INPUT_COST * inputs;
}
