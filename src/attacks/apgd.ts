/** Projected gradient descent with a step size that adapts. @module */

import type { Region } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import { type LossName, lossScoreGradient, lossValues } from "../loss.ts";
import { boolean, choice, integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { climb, type Goal, keeper } from "./apgd_walk.ts";
import { effectiveLoss, LOSS_OPTIONS, type LossOptions, withEffectiveLoss } from "./direction.ts";
import { leads, leadScoreGradient, rivals } from "./lead.ts";
import type { Chunk } from "./query.ts";
import { allRows, gather } from "./rows.ts";

/** Options of the attack. */
export interface ApgdOptions extends Omit<LossOptions, "gradient"> {
  /** Gradients that are followed in each walk; default 100. */
  iterations?: number;
  /** The step is halved where the loss rose in no more than this part of the iterations since the last look; default 0.75. */
  rho?: number;
  /** Walks for each example, or for each of its targets; default 1. */
  restarts?: number;
  /**
   * Whether a walk begins at a random point of what is allowed; default true. Without, in L∞ at the middle of it, else at the
   * example, and restarts are the same. Where scores are sums of one quadratic for each input, as in diagonal RBF networks, the
   * slope of their difference at the middle tells the better end of each input.
   */
  randomStart?: boolean;
  /**
   * Classes aimed at, one walk each, the most probable beside the label first; default 0, one walk away from the label. With
   * `dlr` the loss is then the targeted one, which needs four classes; with fewer it is the margin.
   */
  targets?: number;
  /** Whether a walk ends as soon as it fools the model, as a measure of robust accuracy wants it; default false. */
  stopEarly?: boolean;
}

/**
 * Auto-PGD (Croce and Hein 2020, section 3; in L1 Croce and Hein 2021): projected gradient descent that needs no step size.
 * Steps have momentum; at set times a step is halved, and the walk goes back to the best point, where the loss rose too
 * seldom. In L1 a step moves the features of the greatest slopes alone. With `targets` it aims at each of the
 * next classes in turn, on the examples that still stand.
 *
 * Integers, grids and one-hot groups count in the end alone: on the way they are numbers like others.
 *
 * @example
 * ```ts
 * import { apgd, batch, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = apgd(linear, batch({ x: matrix(1, 1, [0.125]), labels: [1] }), { epsilon: 0.25 });
 * assertEquals([attacked.x.data[0], attacked.fooled[0]], [-0.125, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 * @throws {InputError} if there are both `targets` and a `target`
 */
export const apgd: Attack<ApgdOptions> = makeAttack({
  name: "apgd",
  summary: "Many steps with momentum along the gradient, halved where they bring too little",
  needs: "gradients",
  norms: ["Linf", "L2", "L1"],
  options: {
    iterations: integer("Gradients that are followed in each walk", { min: 1, default: 100 }),
    rho: number("Part of the iterations that must raise the loss for the step to stay", {
      min: 0,
      max: 1,
      default: 0.75,
    }),
    restarts: integer("Walks for each example, or for each of its targets", { min: 1, default: 1 }),
    randomStart: boolean("Begin at a random point of what is allowed; else in the middle", { default: true }),
    targets: integer(
      "Classes aimed at in turn, the most probable first; 0 for one walk away from the label",
      {
        min: 0,
        default: 0,
      },
    ),
    stopEarly: boolean("End a walk as soon as it fools the model", { default: false }),
    labels: LOSS_OPTIONS.labels,
    loss: choice("The loss that is raised", LOSS_OPTIONS.loss.choices as readonly LossName[], {
      default: "own",
    }),
  },
  adapt: (options, { classes, aimed }) =>
    // the targeted one needs a class more
    withEffectiveLoss(options, { classes: options.targets > 0 ? classes - 1 : classes, aimed }),
  *run(chunk, options) {
    const { x, constraint, rng, matrix, model, target } = chunk;
    if (options.targets > 0 && target) {
      throw new InputError(
        "option",
        "attack by apgd",
        "targets does not go with a target, which is one already",
      );
    }
    const byPredictions = target === undefined && options.labels === "predicted";
    const first = byPredictions || options.targets > 0 ? yield { ask: "scores", x } : undefined;
    const labels = target ?? (byPredictions ? first!.predicted() : chunk.labels);
    const next = options.targets > 0 ? rivals(first!.scores, labels, model.classes) : undefined;
    const aims = next ? Math.min(options.targets, model.classes - 1) : 1;
    const kept = keeper(matrix("out"), x);
    let open = allRows(x.rows);
    for (let walk = 0; walk < aims * options.restarts && open.length > 0; walk++) {
      const from = gather(matrix("from", open.length), x, open);
      const region = constraint.around(from, (name) => matrix(name, open.length));
      const at = matrix("at", open.length);
      if (options.randomStart) region.sample(at, (i) => rng(open[i]).split("walk", walk));
      else middle(at, region, matrix("z", open.length));
      const aim = walk % aims;
      const to = next?.filter((_, i) => i % (model.classes - 1) === aim);
      const goal = to
        ? towardClass(options.loss, { labels, to, model })
        : byLoss(options.loss, { labels, target, model });
      const last = walk + 1 === aims * options.restarts;
      open = yield* climb(chunk, {
        region,
        rows: open,
        goal,
        kept,
        last,
        done: (part) => (walk + part) / (aims * options.restarts),
      }, options);
    }
    return kept.out;
  },
});

/** The middle of what is allowed in L∞, and the original in other norms. */
function middle(at: Matrix, region: Region, end: Matrix): void {
  const { original, constraint: { norm } } = region;
  if (norm !== "Linf") return at.data.set(original.data);
  const toEnd = (m: Matrix, far: number) => {
    m.data.fill(far);
    region.relax(m);
  };
  toEnd(at, -Infinity);
  toEnd(end, Infinity);
  const { data } = at;
  end.data.forEach((value, i) => {
    if (value !== data[i]) data[i] = (data[i] + value) / 2;
  });
}

type Labelled = Pick<Chunk, "labels" | "target" | "model">;

/** The loss of the labels, or less that of the target. */
function byLoss(loss: LossName, { labels, target, model }: Labelled): Goal {
  const { classes } = model, which = effectiveLoss(loss, { classes, aimed: target !== undefined });
  const write = lossScoreGradient(model, which), values = lossValues(model, which);
  const pick = (rows: Int32Array) => rows.map((row) => labels[row]);
  const turn = (data: Float32Array | Float64Array) => {
    if (target) data.forEach((value, i) => data[i] = -value);
  };
  return {
    write: (dScores, scores, rows) => (write(dScores, scores, pick(rows)), turn(dScores.data)),
    values: (out, scores, rows) => (values(out, scores, pick(rows)), turn(out)),
  };
}

/** The lead of one class over the label, or less the cross-entropy of that class. */
function towardClass(
  loss: LossName,
  { labels, to, model }: Omit<Labelled, "target"> & { to: Int32Array },
): Goal {
  if (loss === "own" || loss === "crossEntropy") return byLoss(loss, { labels: to, target: to, model });
  const pairs = (rows: Int32Array) => ({
    from: rows.map((row) => labels[row]),
    to: rows.map((row) => to[row]),
  });
  return {
    write: (dScores, scores, rows) => leadScoreGradient(dScores, scores, pairs(rows), loss === "dlr"),
    values: (out, scores, rows) => leads(out, scores, pairs(rows), loss === "dlr"),
  };
}
