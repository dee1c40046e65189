/** The cascade of attacks: what is known of each example so far, and a stage on those that still stand. @module */

import type { Adversarial, AttackOptions } from "../attacks/attack.ts";
import type { Plan } from "../attacks/plan.ts";
import { anyAttacks } from "../attacks/mod.ts";
import { allRows, copyRow, gather } from "../attacks/rows.ts";
import type { Constraint, Norm } from "../constraints/constraint.ts";
import { type Batch, select } from "../data/batch.ts";
import { predict } from "../predict.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { rng } from "../rng.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Stage } from "./efforts.ts";
import { note, openRows, type Standing, type Subject } from "./standing.ts";
import type { Finding } from "./warnings.ts";

/**
 * What `stage` finds on the examples that still stand within `limits`, noted in `standing`, and whether it was tried
 * on all of them before `late`. Yields the part done between two questions to the model.
 */
export function* stageSteps(
  model: Subject,
  examples: Batch,
  { standing, stage, limits, seed, late, chunk, from, onFooled }: {
    standing: Standing;
    stage: Stage;
    limits: Constraint & { readonly epsilon: number };
    seed: number;
    late: () => boolean;
    /** Examples that one call of the attack takes: after each, what it found counts whatever comes then. */
    chunk: number;
    /** Place of the first example in the set that these are a part of: each draws its random numbers by its place. */
    from: number;
    onFooled?: (example: number, x: Float32Array) => void;
  },
): Generator<number, { finding: Finding; complete: boolean }> {
  const { epsilon } = limits;
  const rows = openRows(standing, epsilon);
  const newlyFooled: number[] = [];
  let [zeroGradients, tried, complete] = [0, 0, true];
  for (let first = 0; first < rows.length && complete; first += chunk) {
    const run = rows.slice(first, first + chunk);
    const places = run.map((row) => from + row);
    const steps = attackSteps(model, { ...select(examples, run), places }, stage, limits, seed);
    let step = steps.next();
    while (!step.done) {
      yield (first + step.value * run.length) / rows.length;
      if (late()) break;
      step = steps.next();
    }
    if (!step.done) {
      complete = false;
      break;
    }
    const found = step.value;
    tried += run.length;
    zeroGradients += found.zeroGradients;
    run.forEach((row, i) => standing.queries[row] += found.queries[i]);
    const fooled = allRows(run.length).filter((i) => found.fooled[i] === 1);
    const x = shortened(model, found, fooled, limits);
    fooled.forEach((i, k) => {
      const row = run[i], original = rowsOf(x, k, k + 1).data;
      // the size is that of the constraint where rounding has it a little above
      const size = Math.min(
        epsilon,
        distance(original, rowsOf(found.original, i, i + 1).data, limits.norm as Norm),
      );
      newlyFooled.push(row);
      note(standing, row, { by: stage.name, size });
      if (!limits.discrete) standing.queries[row] += HALVINGS;
      onFooled?.(row, original);
    });
  }
  return { finding: { stage, epsilon, open: tried, newlyFooled, zeroGradients }, complete };
}

/** Halvings of the way from an example to what fools the model. */
const HALVINGS = 6;

/**
 * Inputs that fool the model too on the straight lines from the examples `rows` to what the attack found, (rows, D), each
 * the nearest that halving meets; the ends of the lines where the constraint allows nothing between. Every coordinate is
 * between those of the two ends, so the constraint holds as it does there.
 */
function shortened(model: Subject, found: Adversarial, rows: Int32Array, { discrete }: Constraint): Matrix {
  const { cols } = found.x;
  const taken = (m: Matrix) => gather(matrix(rows.length, cols), m, rows);
  const [end, start, best, tried] = [found.x, found.original, found.x, found.x].map(taken);
  if (rows.length === 0 || discrete) return best;
  const parts = new Float64Array(rows.length).fill(0.5);
  for (let step = 0.25; step >= 2 ** -(HALVINGS + 1); step /= 2) {
    for (let i = 0; i < tried.data.length; i++) {
      tried.data[i] = start.data[i] + parts[Math.floor(i / cols)] * (end.data[i] - start.data[i]);
    }
    const { predicted } = predict(model, tried);
    for (let k = 0; k < rows.length; k++) {
      const fooled = predicted[k] !== found.labels[rows[k]];
      if (fooled) copyRow(best, k, tried, k);
      parts[k] += fooled ? -step : step;
    }
  }
  return best;
}

/** What a stage makes of some examples, whatever is known of them. */
export function* attackSteps(
  model: Subject,
  batch: Plan["batch"],
  { name, attack, options }: Stage,
  limits: Constraint,
  from: number,
): Generator<number, Adversarial> {
  // what one stage drew in vain at an example, no other draws there again, and neither does it at another size
  const seed = rng(from).split(name, `${limits.epsilon}`).key;
  const attackOptions = { ...options, constraint: limits, seed, epsilons: [limits.epsilon as number] };
  const [found] = yield* anyAttacks[attack].steps(
    model as Differentiable,
    batch,
    attackOptions as AttackOptions & { epsilons: number[] },
  );
  return found;
}

function distance(a: Float32Array, b: Float32Array, norm: Norm): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) {
    const d = Math.abs(a[j] - b[j]);
    if (norm === "Linf") sum = Math.max(sum, d);
    else sum += norm === "L2" ? d * d : d;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** Whether the allowed float32 input nearest to `point` is misclassified. */
export function fools(
  model: Classifier,
  example: Batch,
  point: readonly number[],
  limits: Constraint,
): boolean {
  const x = matrix(1, point.length, Float32Array.from(point));
  limits.project(x, example.x);
  return predict(model, x).predicted[0] !== example.labels[0];
}
