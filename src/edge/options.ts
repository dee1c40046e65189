/** How a handler is configured. @module */

import { InputError } from "../errors.ts";
import * as v from "valibot";
import { anyAttacks } from "../attacks/mod.ts";
import { GATE, type Gate } from "../evaluate/gate.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { Settings } from "./action.ts";
import { checked, fraction, gateOf, record, whole } from "./schema.ts";

/** What a request may ask for at most. */
export interface Limits {
  /** Bytes of a body; default 2 MiB. */
  bytes?: number;
  /** Examples at once; default 500. */
  examples?: number;
  /** Budgets of a check; default 16. */
  epsilons?: number;
  /** Milliseconds, from the head of the request to its answer; default 10,000. Looked at every 250 answers. */
  milliseconds?: number;
}

/** Pages of which origins may ask. */
export interface Cors {
  /** Origins such as `https://example.org`, or `"*"` for all. */
  origins: "*" | readonly string[];
}

/** What `createHandler` takes. */
export interface HandlerOptions {
  /** The models by the names they are asked for. Whoever knows a name may ask. */
  models: Readonly<Record<string, Differentiable>>;
  /** What a request may ask for at most. */
  limits?: Limits;
  /**
   * What a check tries and asks for where its request does not say; default FGSM at ε = 0.25, and no thresholds. What a
   * request says takes the place of the member here.
   */
  gate?: Partial<Gate>;
  /**
   * Attacks that a check may try; default those that follow one gradient or none. Others may take long over each run of
   * examples, in which nobody else has a turn.
   */
  attacks?: readonly string[];
  /** Screening where its request does not say: probability above which an input is no rubbish; default 0.5. */
  threshold?: number;
  /** Which pages of other origins may ask; default none. */
  cors?: Cors;
  /** Path before all routes, such as `/robustness`; default none. */
  basePath?: string;
  /** Told of errors that no request explains: bugs, or a host out of memory. Nothing else is logged anywhere. */
  onError?: (error: unknown) => void;
}

/** The same, complete. */
export interface Configuration extends Settings {
  readonly models: ReadonlyMap<string, Differentiable>;
  readonly limits: Required<Limits>;
  readonly origins: "*" | readonly string[] | undefined;
  readonly basePath: string;
  readonly onError: (error: unknown) => void;
}

const LIMITS: Required<Limits> = { bytes: 2 ** 21, examples: 500, epsilons: 16, milliseconds: 10_000 };

const PATH = "must be a path that begins with / and does not end with one";

const NAMES = Object.keys(anyAttacks);

const several = v.pipe(
  v.array(v.picklist(NAMES, `must be one of ${NAMES.join(", ")}`), "must be a list"),
  v.minLength(1, "must not be empty"),
);

const plain = v.partial(record({
  limits: v.partial(record({
    bytes: whole(1),
    examples: whole(1),
    epsilons: whole(1),
    milliseconds: whole(1),
  })),
  gate: v.unknown(),
  attacks: several,
  threshold: fraction,
  cors: record({
    origins: v.union(
      [v.literal("*"), v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z\d+.-]*:\/\/[^/*]+$/i)))],
      'must be "*" or a list of origins such as https://example.org',
    ),
  }),
  basePath: v.pipe(v.string(PATH), v.regex(/^(\/[\w.~-]+)+$/, PATH)),
}));

/**
 * The configuration that `options` make.
 *
 * @throws {InputError} if one of them is not as described
 */
export function configure({ models, onError = () => {}, ...options }: HandlerOptions): Configuration {
  const fail = (problem: string) => new InputError("value", "create a handler", `${problem}`);
  const { limits, threshold = 0.5, cors, basePath = "", ...given } = checked(plain, options, fail);
  const allowed = given.attacks ?? NAMES.filter((name) => anyAttacks[name].goal === "within");
  const gate = checked(gateOf(allowed), given.gate ?? {}, (problem) => fail(`gate: ${problem}`));
  const named = new Map(Object.entries(models));
  for (const [name, { inputs, classes }] of named) {
    if (name === "" || !(inputs > 0) || !(classes > 0)) throw fail(`models.${name} must be a model`);
  }
  if (named.size === 0) throw fail("models must hold one at least");
  const all = { ...LIMITS, ...limits };
  return {
    models: named,
    limits: all,
    attacks: allowed,
    epsilons: all.epsilons,
    gate: { ...GATE, ...gate },
    threshold,
    origins: cors?.origins,
    basePath,
    onError,
  };
}
