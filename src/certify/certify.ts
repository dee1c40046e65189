/** Certificates: which examples no perturbation within a constraint can fool, proven. @module */

import { type Constraint, type ConstraintOptions, isNorm } from "../constraints/constraint.ts";
import type { Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { rowsOf } from "../matrix.ts";
import { checkExamples } from "../models/answers.ts";
import type { Model } from "../models/model.ts";
import { Workspace } from "../runtime/workspace.ts";
import { cascade, globalTable, type Steps, type Verdict } from "./cascade.ts";
import type { Chain } from "./chain.ts";
import { linearMargin, type Margin } from "./exact_linear.ts";
import { rbfMargin } from "./exact_rbf.ts";
import { type Form, formOf } from "./form.ts";
import { hasGlobal } from "./global_bounds.ts";
import { hasOneHiddenLayer } from "./hidden_units.ts";
import { allowed, type CertifyOptions } from "./options.ts";
import { weightsIn } from "./weights.ts";
import { within } from "./within.ts";
import { type Certificate, checked } from "./witness.ts";

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
export function certificates(
  model: Model,
  examples: Examples,
  options: CertifyOptions,
): Generator<Certificate, void, void> {
  return certificatesSharing(undefined, model, examples, options);
}

/** `certificates` that use the table of `globalBounds` before CROWN, where parts of the data share one. */
export function* certificatesSharing(
  table: Float64Array | undefined,
  model: Model,
  examples: Examples,
  asked: CertifyOptions,
): Generator<Certificate, void, void> {
  const [limits, options] = allowed(model, asked);
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
  const steps = form.kind === "chain" ? stepsOf(form.chain, limits, batch.x.rows, { ...options, table }) : {};
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
  { method = "auto", timeLimit = 10, now, table }: Omit<CertifyOptions, keyof ConstraintOptions> & {
    table?: Float64Array;
  },
): Steps {
  if (method === "complete" && !now) {
    throw new InputError("option", "certify by method complete", "it needs a clock, as option now");
  }
  const shallow = isNorm(norm) && hasOneHiddenLayer(chain, { norm });
  const lifted = shallow && ["auto", "semidefinite", "complete"].includes(method);
  const pairs = chain.classes * (chain.classes - 1) / 2;
  const shared = lifted && hasGlobal(chain, norm) && rows >= SHARED * pairs;
  return {
    global: shallow && method !== "interval" && table ? table : shared
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
