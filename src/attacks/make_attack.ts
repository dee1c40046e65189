/** Attacks made of their definitions. @module */

import type { Constraint, ConstraintOptions, Distance } from "../constraints/constraint.ts";
import { normConstraint } from "../constraints/mod.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Resolved, Schema } from "../schema.ts";
import type { Attack, Needs } from "./attack.ts";
import { type CompleteDefinition, preparation } from "./prepare.ts";
import type { AttackRun, Chunk } from "./query.ts";
import { perturb, run, runAsync, type Runnable, runParts, runSizes, runSteps } from "./runs.ts";

/** What makes an attack. */
export interface AttackDefinition<O extends object, S> {
  /** Registry key. */
  name: string;
  /** One line on what it does, without a period. */
  summary: string;
  /** What it asks of the model. */
  needs: Needs;
  /** `"nearest"` if it looks for the smallest perturbation; default `"within"`, which uses the whole size. */
  goal?: "within" | "nearest";
  /** Norms that may measure its size, the default first; default L∞ alone. */
  norms?: readonly Distance[];
  /** What makes its constraints; default any but angles, which take `constraint`. */
  constrain?: (inputs: number, options: ConstraintOptions, action: string) => Constraint;
  /** Its own options. */
  options: S & NoInfer<Schema<O>>;
  /** Its steps on a chunk of examples, with its options complete. */
  run: (chunk: Chunk, options: Resolved<NoInfer<O>, S>) => AttackRun;
  /** Its options as they take effect on so many classes, with a target or without, as the result's conditions tell; default as they are. */
  adapt?: (
    options: Resolved<NoInfer<O>, S>,
    aim: { readonly classes: number; readonly aimed: boolean },
  ) => Resolved<NoInfer<O>, S>;
  /** Inputs that it asks the model about for each example in each of its repeats; default 1. */
  asks?: Attack["asks"];
  /** Vector-Jacobian product through the attack; see {@linkcode Attack.pullback}. */
  pullback?: NoInfer<Attack<O>["pullback"]>;
}

/**
 * The attack that a definition makes: its `run` yields queries, and one loop does the rest.
 *
 * @example
 * ```ts
 * import { batch, makeAttack, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * /** Moves every input up by the whole size, and asks nothing. *\/
 * const lift = makeAttack({
 *   name: "lift",
 *   summary: "Adds the size to every input",
 *   needs: "labels",
 *   options: {},
 *   *run({ x, region, matrix }) {
 *     const out = matrix("out");
 *     out.data.fill(1);
 *     region.step(out, x, { direction: out });
 *     return out;
 *   },
 * });
 * const fresh = model(softmaxLinear({ inputs: 1, classes: 2 }));
 * const examples = batch({ x: matrix(2, 1, [0, 0.5]), labels: [0, 1] });
 * assertEquals([...lift(fresh, examples, { epsilon: 0.25 }).x.data], [0.25, 0.75]);
 * ```
 */
export function makeAttack<
  O extends object,
  const S,
  const N extends Needs,
>(
  definition: AttackDefinition<O, S> & { needs: N },
): Attack<O, N extends "gradients" ? Differentiable : Classifier> {
  const { name, summary, needs, goal = "within", norms = ["Linf"], options, pullback } = definition;
  const { constrain = normConstraint } = definition;
  // one type of all options from here on
  const complete = { ...definition, goal, norms, constrain } as unknown as CompleteDefinition;
  const runnable: Runnable = { ...complete, prepare: preparation(complete) };
  const attack = run.bind(null, runnable);
  return Object.defineProperty(
    Object.assign(attack, {
      summary,
      needs,
      goal,
      asks: definition.asks,
      norms,
      options,
      pullback,
      sweep: runSizes.bind(null, runnable),
      steps: runSteps.bind(null, runnable),
      stream: runParts.bind(null, runnable),
      async: runAsync.bind(null, runnable),
      perturb: perturb.bind(null, runnable),
    }),
    "name",
    { value: name },
  ) as unknown as Attack<O, N extends "gradients" ? Differentiable : Classifier>;
}
