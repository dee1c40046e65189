/** Certificates: which examples no perturbation within a constraint can fool, proven. @module */

import { constraint } from "../constraints/mod.ts";
import { type Constraint, type ConstraintOptions, isNorm } from "../constraints/constraint.ts";
import type { Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { checkExamples } from "../models/answers.ts";
import { checkModel } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import { Workspace } from "../runtime/workspace.ts";
import { any, choice, number, type Schema } from "../schema.ts";
import { checkList, checkObject, isList, resolve } from "../checks.ts";
import { shown } from "../wording.ts";
import { cascade, type ClassPair, globalTable, type Proof, type Steps, type Verdict } from "./cascade.ts";
import { apply, type Chain, marginOf, scoresOf } from "./chain.ts";
import { linearMargin, type Margin } from "./exact_linear.ts";
import { rbfMargin } from "./exact_rbf.ts";
import { type Form, formOf } from "./form.ts";
import { hasOneHiddenLayer } from "./hidden.ts";
import { weightsIn } from "./weights.ts";
import { within } from "./within.ts";

/** How much is tried: exact answers where there are, else each kind of bound after the ones before it. */
export const METHODS = ["auto", "interval", "crown", "alphaCrown", "semidefinite", "complete"] as const;

/** Options of certificates, except for the constraint. */
export interface CertifyOptions extends ConstraintOptions {
  /**
   * For networks: interval bounds; CROWN; CROWN with slopes that are optimised for each bound; the semidefinite bound where
   * there is one hidden layer of ReLU, leaky ReLU or maxout units; and branch and bound on what is open then. `"auto"`, the
   * default, is CROWN and the semidefinite bound, or slopes optimised for the scores alone where there is none. Linear and diagonal RBF models are
   * answered exactly.
   */
  method?: "auto" | "interval" | "crown" | "alphaCrown" | "semidefinite" | "complete";
  /** Seconds that branch and bound may take for each example, by the clock `now`; default 10. */
  timeLimit?: number;
  /** A clock in milliseconds, such as `() => performance.now()`; without it there are no times, and no branch and bound. */
  now?: () => number;
  /** 1 for each example that is known to be fooled, (B): it is not looked at again. */
  attacked?: ArrayLike<number>;
  /** The table of `globalBounds`, where many parts of the data share it; it is then used before CROWN. */
  global?: Float64Array;
}

const OPTIONS: Schema<Omit<CertifyOptions, keyof ConstraintOptions>> = {
  method: choice("Bounds that are tried on networks", METHODS, { default: "auto" }),
  timeLimit: number("Seconds of branch and bound for each example", { default: 10, above: 0 }),
  now: any("A clock in milliseconds"),
  attacked: any("1 for each example that is known to be fooled"),
  global: any("The table of globalBounds"),
};

/** The certificate of one example, ready for JSON. */
export interface Certificate {
  /** Whether no point of the region is misclassified. */
  readonly certified: boolean;
  /** Whether one is: the example itself, one that an attack found, or a witness. */
  readonly falsified: boolean;
  /** What settled it; null if nothing did. */
  readonly method: Proof | null;
  /** The label's score less any other is at least this everywhere in the region; null where nothing is known. */
  readonly margin: number | null;
  /** A float32 input within the constraint that is misclassified, also in double precision, (D), where one was found. */
  readonly witness?: readonly number[];
}

/** The certificates of a data set, ready for JSON. */
export interface Certificates {
  /** The constraint, as JSON would hold it. */
  readonly constraint: Record<string, unknown>;
  /** What was tried. */
  readonly method: string;
  /** Share of the examples for which an error within the constraint is not excluded. */
  readonly errorRate: number;
  /** Share of the examples for which there is one: no less than this is wrong under attack. */
  readonly falsifiedRate: number;
  /** How many are neither: never counted as robust. */
  readonly unresolved: number;
  /** How many each kind of proof settled, certified and falsified. */
  readonly by: Readonly<Record<string, { certified: number; falsified: number }>>;
  /** Time that it took, if there was a clock. */
  readonly seconds?: number;
  /** One for each example. */
  readonly examples: readonly Certificate[];
}

/** The global table pays from so many examples a pair of classes on. */
const SHARED = 10;

/**
 * What is proven of each example of `batch`: that no point within the constraint is misclassified by `model`, that one is,
 * or neither. Proofs are about the model's function in exact arithmetic, with its float32 weights, over all real points
 * of the region around the float32 input; what double precision may lose is taken off each bound.
 *
 * @example
 * ```ts
 * import { batch, certify, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const examples = batch({ x: matrix(2, 1, [0.125, 0.5]), labels: [1, 1] });
 * assertEquals(certify(linear, examples, { epsilon: 0.25 }).examples.map((e) => e.certified), [false, true]);
 * ```
 *
 * @throws {InputError} if an option is out of range, or the examples do not fit the model
 * @throws {InputError} code `value` for a model whose graph has other operations than linear, relu, leakyRelu, maxout, tanh,
 *   sigmoid, exp, rbf, add, concat, reshape, affine, batchNorm, conv2d and pool, or is too large when these are written out
 */
export function certify(model: Model, batch: Examples, options: CertifyOptions): Certificates {
  const { now, method = "auto" } = options ?? {};
  const start = now?.();
  const examples = [...certificates(model, batch, options)];
  const by: Record<string, { certified: number; falsified: number }> = {};
  for (const { method: own, certified } of examples) {
    if (own === null) continue;
    const counts = by[own] ??= { certified: 0, falsified: 0 };
    counts[certified ? "certified" : "falsified"]++;
  }
  const count = (of: (e: Certificate) => boolean) => examples.filter(of).length;
  return {
    constraint: allowed(model, options)[0].toJSON(),
    method,
    errorRate: count(({ certified }) => !certified) / examples.length,
    falsifiedRate: count(({ falsified }) => falsified) / examples.length,
    unresolved: count(({ certified, falsified }) => !certified && !falsified),
    by,
    ...(now && { seconds: (now() - start!) / 1000 }),
    examples,
  };
}

/** The certificates of `certify`, one after the other, so that the caller can show progress or stop. */
export function* certificates(
  model: Model,
  examples: Examples,
  given: CertifyOptions,
): Generator<Certificate, void, void> {
  const [limits, options] = allowed(model, given);
  const batch = checkExamples("certify", model, examples);
  const violation = limits.checkOriginal(batch.x);
  if (violation) {
    const { row, feature, problem } = violation;
    throw new InputError("value", "certify", `input ${feature} of example ${row} ${problem}`);
  }
  const { attacked } = options;
  if (attacked && attacked.length !== batch.x.rows) {
    throw new InputError("shape", "certify", `${batch.x.rows} examples but ${attacked.length} of attacked`);
  }
  const form = formOf(model);
  using workspace = new Workspace();
  const weights = form.kind === "chain" ? weightsIn(workspace, form.chain) : undefined;
  const steps = form.kind === "chain" ? stepsOf(form.chain, limits, batch.x.rows, options) : {};
  for (let i = 0; i < batch.x.rows; i++) {
    const label = batch.labels[i];
    if (attacked?.[i]) {
      yield { certified: false, falsified: true, method: "attack", margin: null };
      continue;
    }
    const x = rowsOf(batch.x, i, i + 1);
    const around = within(limits, x.data);
    const verdict = form.kind === "chain"
      ? cascade(form.chain, { within: around, label, workspace, weights }, steps)
      : exactly(form, around, label);
    yield checked(verdict, { form, limits, x, label });
  }
}

/** By how much a witness is wrong at least, relative to its scores: more than double precision rounds. */
const CLEARLY = 1e-10;

/** The verdict with its witness as a float32 input, which double precision has taken another look at. */
function checked(
  { witness, ...verdict }: Verdict,
  { form, limits, x, label }: { form: Form; limits: Constraint; x: Matrix; label: number },
): Certificate {
  const margin = verdict.margin === -Infinity ? null : verdict.margin;
  if (!witness) return { ...verdict, margin };
  const input = matrix(1, x.cols, Float32Array.from(witness));
  limits.project(input, x);
  if (!limits.check(input, x) && isWrong(form, input.data, label)) {
    return { ...verdict, margin, witness: Array.from(input.data) };
  }
  // a real point of the region is enough where all of them are allowed
  const falsified = !limits.discrete && isWrong(form, witness, label);
  return { ...verdict, margin, falsified, method: falsified ? verdict.method : null };
}

function isWrong(form: Form, x: ArrayLike<number>, label: number): boolean {
  const scores = scoresAt(form, Float64Array.from(x));
  const size = scores.reduce((max, s) => Math.max(max, Math.abs(s)), 0);
  return marginOf(scores, label) < -CLEARLY * size;
}

/** The scores of one input in double precision. */
function scoresAt(form: Form, x: Float64Array): Float64Array {
  if (form.kind === "chain") return scoresOf(form.chain, x);
  const { rows, cols } = form.scores;
  if (form.kind === "linear") return apply({ type: "linear", ...form.scores }, x);
  const { mu, beta } = form.scores;
  return new Float64Array(rows).map((_, c) => {
    let sum = 0;
    for (let i = 0, at = c * cols; i < cols; i++, at++) sum -= beta[at] * (x[i] - mu[at]) * (x[i] - mu[at]);
    return sum;
  });
}

/** The constraint, and the other options with their defaults. */
function allowed(model: Model, given: CertifyOptions) {
  checkModel("certify", model);
  checkObject("certify", given);
  const { epsilon, norm, bounds, fixed, grid, oneHot, ...rest } = given;
  const limits = constraint(model.inputs, { epsilon, norm, bounds, fixed, grid, oneHot }, "certify");
  if (!isNorm(limits.norm)) {
    throw new InputError("value", `certify in norm ${limits.norm}`, "expected Linf, L2 or L1");
  }
  return [limits, resolve("certify", OPTIONS, rest)] as const;
}

function exactly(
  form: Exclude<Form, { kind: "chain" }>,
  around: ReturnType<typeof within>,
  label: number,
): Verdict {
  const found: Margin = form.kind === "linear"
    ? linearMargin(form.scores, label, around)
    : rbfMargin(form.scores, label, around);
  const certified = found.lower > 0, falsified = found.value < 0;
  return {
    certified,
    falsified,
    method: certified || falsified ? "exact" : null,
    margin: found.lower,
    ...(falsified && { witness: found.x }),
  };
}

function stepsOf(
  chain: Chain,
  { norm, epsilon, sizes }: Constraint,
  rows: number,
  { method = "auto", timeLimit = 10, now, global }: Omit<CertifyOptions, keyof ConstraintOptions>,
): Steps {
  if (method === "complete" && !now) {
    throw new InputError("option", "certify by method complete", "it needs a clock, as option now");
  }
  const shallow = isNorm(norm) && hasOneHiddenLayer(chain, { norm });
  const lifted = shallow && ["auto", "semidefinite", "complete"].includes(method);
  const pairs = chain.classes * (chain.classes - 1) / 2;
  const shared = lifted && hasGlobal(chain, norm) && rows >= SHARED * pairs;
  return {
    global: shallow && method !== "interval" && global ? global : shared
      ? globalTable(chain, {
        // the greatest move that a rounded size still allows
        epsilon: typeof epsilon === "number" ? epsilon : epsilon.map((e, i) => sizes[i] === 0 ? 0 : e),
        norm: norm as "Linf" | "L2",
      })
      : undefined,
    interval: method === "interval",
    crown: method !== "interval",
    alphaCrown: method === "alphaCrown" ? "layers" : lifted || method === "crown" ? undefined : "scores",
    semidefinite: lifted,
    ...(method === "complete" && {
      complete() {
        const end = now!() + 1000 * timeLimit;
        return () => now!() < end;
      },
    }),
  };
}

/**
 * Upper bounds of the increase of each difference of two class scores within a ball of radius `epsilon` around any
 * center, (C·C) by label and rival: what `certify` computes first for many examples. Parts of the data that are certified
 * apart can share it as the option `global`; with `pairs`, its entries can be computed apart and joined by their minima.
 *
 * @throws {InputError} unless the model has one hidden layer of relu, leakyRelu or maxout units of two pieces, and the
 *   norm is L∞ or L2
 */
export function globalBounds(
  model: Model,
  options: {
    epsilon: number | ArrayLike<number>;
    norm?: "Linf" | "L2";
    /** Pairs of classes to compute, each with its reverse; default all. */
    pairs?: readonly ClassPair[];
  },
): Float64Array {
  const action = "bound scores globally";
  checkModel(action, model);
  checkObject(action, options);
  const { epsilon, norm = "Linf", pairs } = options;
  constraint(model.inputs, { epsilon, norm }, action);
  const form = formOf(model);
  if (form.kind !== "chain" || !hasGlobal(form.chain, norm)) {
    throw new InputError(
      "value",
      action,
      "that takes one hidden layer of relu, leakyRelu or maxout units of two pieces, and norm Linf or L2",
    );
  }
  const { classes } = form.chain;
  const isClass = (c: unknown) => Number.isInteger(c) && (c as number) >= 0 && (c as number) < classes;
  if (pairs !== undefined) {
    checkList(action, pairs, "pairs");
    for (const pair of pairs) {
      if (isList(pair) && pair.length === 2 && isClass(pair[0]) && isClass(pair[1])) continue;
      throw new InputError("value", `${action} for pair ${shown(pair)}`, `must be two of 0 … ${classes - 1}`);
    }
  }
  return globalTable(form.chain, { epsilon, norm, pairs });
}

/** Whether the scores of `chain` can be bounded wherever the center lies. */
function hasGlobal(chain: Chain, norm: Constraint["norm"]): boolean {
  if ((norm !== "Linf" && norm !== "L2") || !hasOneHiddenLayer(chain, { norm })) return false;
  const layer = chain.layers[1];
  return layer.type !== "maxout" || layer.pieces === 2;
}

/** The label's score less the greatest other one at `x`, in double precision: what certificates bound. */
export function marginAt(model: Model, x: ArrayLike<number>, label: number): number {
  const action = "find a margin";
  checkModel(action, model);
  checkList(action, x, "x");
  checkExamples(action, model, { x: matrix(1, x.length, x), labels: [label] });
  return marginOf(scoresAt(formOf(model), Float64Array.from(x, Number)), label);
}
