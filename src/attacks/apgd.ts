/** Projected gradient descent with a step size that adapts. @module */

import type { Constraint, Region } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import { type LossName, lossScoreGradient, lossValues } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import { boolean, choice, integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { blockSlopes, LOSS_OPTIONS, type LossOptions } from "./direction.ts";
import { leads, leadScoreGradient, rivals } from "./lead.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { allRows, copyRow, gather, keepRows, keptRowsOf } from "./rows.ts";

/** Options of the attack. */
export interface ApgdOptions extends Omit<LossOptions, "gradient"> {
  /** Gradients that are followed in each walk; default 100. */
  iterations?: number;
  /** The step is halved where the loss rose in no more than this part of the iterations since the last look; default 0.75. */
  rho?: number;
  /** Walks for each example, or for each of its targets; default 1. */
  restarts?: number;
  /** Whether a walk begins at a random point of what is allowed; default true. Without, restarts are the same. */
  randomStart?: boolean;
  /**
   * Classes aimed at, one walk each, the most probable beside the label first; default 0, one walk away from the label. With
   * `dlr` the loss is then the targeted one, which needs four classes; with fewer it is the margin.
   */
  targets?: number;
  /** Whether a walk ends as soon as it fools the model, as a measure of robust accuracy wants it; default false. */
  stopEarly?: boolean;
}

/** First look at the progress, by how much the looks come closer, and the shortest time between two, as parts of the walk. */
const FIRST_CHECK = 0.22, CLOSER = 0.03, CLOSEST = 0.06;
/** Part of the new step that is taken, the rest being the last step again. */
const WEIGHT = 0.75;
/** In L1: time between looks, part of the features that the first steps move, how their number and the step adapt. */
const CHECK_L1 = 0.04, SHARE = 0.2, FEWER = 0.95, DENSER = 1.5, SHORTER = 1.5, SHORTEST = 0.1;
/** How far beyond the ball the point lies whose projection is the greatest of a linear function. */
const FAR = 1e6;

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
    randomStart: boolean("Begin at a random point of what is allowed", { default: true }),
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
  adapt: (options, { classes }) => ({
    ...options,
    loss: options.loss === "dlr" && classes < (options.targets > 0 ? 4 : 3) ? "margin" : options.loss,
  }),
  *run(chunk, options) {
    const { x, constraint, rng, matrix, model, target } = chunk;
    if (options.targets > 0 && target) {
      throw new InputError(
        "option",
        "attack by apgd",
        "targets does not go with a target, which is one already",
      );
    }
    const own = target === undefined && options.labels === "predicted";
    const first = own || options.targets > 0 ? yield { ask: "scores", x } : undefined;
    const labels = target ?? (own ? first!.predicted() : chunk.labels);
    const next = options.targets > 0 ? rivals(first!.scores, labels, model.classes) : undefined;
    const aims = next ? Math.min(options.targets, model.classes - 1) : 1;
    const kept = keeper(matrix("out"), x);
    let open = allRows(x.rows);
    for (let walk = 0; walk < aims * options.restarts && open.length > 0; walk++) {
      const from = gather(matrix("from", open.length), x, open);
      const region = constraint.around(from, (name) => matrix(name, open.length));
      const at = matrix("at", open.length);
      if (options.randomStart) region.sample(at, (i) => rng(open[i]).split("walk", walk));
      else at.data.set(from.data);
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

/** What a walk raises. */
interface Goal {
  /** Writes the gradient in the scores of the examples `rows`. */
  readonly write: (dScores: Matrix, scores: Matrix, rows: Int32Array) => void;
  /** Writes numbers that rise with it. */
  readonly values: (out: Float64Array, scores: Matrix, rows: Int32Array) => void;
}

type Labelled = Pick<Chunk, "labels" | "target" | "model">;

/** The loss of the labels, or less that of the target. */
function byLoss(loss: LossName, { labels, target, model }: Labelled): Goal {
  const write = lossScoreGradient(model, loss), values = lossValues(model, loss);
  const sign = target ? -1 : 1;
  const pick = (rows: Int32Array) => rows.map((row) => labels[row]);
  const turn = (data: Float32Array | Float64Array) => {
    if (sign < 0) { for (let i = 0; i < data.length; i++) data[i] = -data[i]; }
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

/** The best point of each example: one that fools before one that does not, then that of the greater loss. */
interface Keeper {
  readonly out: Matrix;
  offer(row: number, how: { m: Matrix; i: number; hit: number; loss: number }): void;
}

function keeper(out: Matrix, x: Matrix): Keeper {
  out.data.set(x.data);
  const hits = new Uint8Array(x.rows), losses = new Float64Array(x.rows).fill(-Infinity);
  return {
    out,
    offer(row, { m, i, hit, loss }) {
      if (hit < hits[row] || hit === hits[row] && !(loss > losses[row])) return;
      hits[row] = hit;
      losses[row] = loss;
      copyRow(out, row, m, i);
    },
  };
}

interface Climb {
  readonly region: Region;
  /** The examples, by their places in the chunk. */
  readonly rows: Int32Array;
  readonly goal: Goal;
  readonly kept: Keeper;
  /** Whether nothing comes after it, so that nobody wants to know who still stands. */
  readonly last: boolean;
  readonly done: (part: number) => number;
}

/** What a walk remembers of each example. */
interface State {
  rows: Int32Array;
  at: Matrix;
  /** Where it was before. */
  before: Matrix;
  /** The best point, the gradient and the loss there. */
  best: Matrix;
  slope: Matrix;
  top: Float64Array;
  /** The loss now, and the best one at the last look. */
  loss: Float64Array;
  seen: Float64Array;
  /** Size of a step in ε. */
  step: Float64Array;
  /** Iterations since the last look that raised the loss. */
  rises: Int32Array;
  /** Whether the step was halved at the last look. */
  halved: Uint8Array;
  /** Features that moved at the last look, and the part of them that a step moves; in L1. */
  moved: Float64Array;
  share: Float64Array;
}

/** One walk from where "at" is; gives the examples that still stand. */
function* climb(
  chunk: Chunk,
  { rows, goal, kept, done, ...rest }: Climb,
  { iterations, rho, stopEarly }: { iterations: number; rho: number; stopEarly: boolean },
): Generator<Query, Int32Array, Answer> {
  const { constraint, matrix } = chunk, { discrete } = constraint;
  const n = rows.length, L1 = constraint.norm === "L1";
  const numbers = (value: number) => new Float64Array(n).fill(value);
  let { region } = rest;
  const s: State = {
    rows,
    at: matrix("at", n),
    before: matrix("before", n),
    best: matrix("best", n),
    slope: matrix("slope", n),
    top: numbers(-Infinity),
    loss: numbers(-Infinity),
    seen: numbers(NaN),
    step: numbers(L1 ? 1 : 2),
    rises: new Int32Array(n),
    halved: new Uint8Array(n).fill(1),
    moved: numbers(constraint.inputs),
    share: numbers(SHARE),
  };
  s.before.data.set(s.at.data);
  const fooledRows = new Uint8Array(chunk.x.rows);
  const part = (p: number) => Math.max(Math.floor(p * iterations), 1);
  let period = part(L1 ? CHECK_L1 : FIRST_CHECK), since = 0;
  for (let i = 0; i <= iterations && s.rows.length > 0; i++) {
    const answer: Answer = yield {
      // nobody follows the last gradient
      ask: i < iterations ? "gradient" : "scores",
      x: s.at,
      rows: s.rows,
      done: done(i / (iterations + 1)),
      dScores: (dScores, scores, first) =>
        goal.write(dScores, scores, s.rows.subarray(first, first + scores.rows)),
    };
    let { gradient } = answer;
    const fooled = discrete ? undefined : answer.fooled();
    const values = new Float64Array(s.rows.length);
    goal.values(values, answer.scores, s.rows);
    record(s, { values, gradient, fooled, kept, fooledRows: fooledRows });
    if (stopEarly && fooled?.includes(1)) {
      const left = allRows(s.rows.length).filter((k) => !fooled[k]);
      if (i < iterations) gradient = gather(matrix("gradient", left.length), gradient, left);
      narrow(s, left, matrix);
      if (left.length === 0) break;
      region = constraint.around(
        gather(matrix("from", left.length), chunk.x, s.rows),
        (name) => matrix(name, left.length),
      );
    }
    if (i === iterations) break;
    if (i === 0 && L1) {
      yield* leap(s, { region, goal, kept, fooledRows: fooledRows, matrix, discrete });
      gradient = matrix("gradient", s.rows.length);
      gradient.data.set(s.slope.data);
    }
    if (i > 0 && ++since === period) {
      since = 0;
      if (L1) lookL1(s, gradient, region);
      else {
        look(s, gradient, rho * period);
        period = Math.max(period - part(CLOSER), part(CLOSEST));
      }
    }
    advance(s, { gradient, region, constraint, z: matrix("z", s.rows.length), weight: i > 0 ? WEIGHT : 1 });
  }
  const unfooled = rows.filter((row) => !fooledRows[row]);
  if (s.rows.length === 0) return unfooled;
  if (discrete) region.project(s.best);
  s.rows.forEach((row, i) => {
    if (!fooledRows[row]) kept.offer(row, { m: s.best, i, hit: 0, loss: s.top[i] });
  });
  if (!discrete || rest.last) return unfooled;
  const fooled = (yield { ask: "scores", x: s.best, rows: s.rows, done: done(1) }).fooled();
  s.rows.forEach((row, i) => {
    if (fooled[i]) kept.offer(row, { m: s.best, i, hit: 1, loss: s.top[i] }), fooledRows[row] = 1;
  });
  return rows.filter((row) => !fooledRows[row]);
}

/** Takes note of the losses where the walk is. */
function record(
  s: State,
  { values, gradient, fooled, kept, fooledRows: fooledRows, at = s.at }: {
    values: Float64Array;
    gradient: Matrix;
    fooled?: Uint8Array;
    kept: Keeper;
    fooledRows: Uint8Array;
    at?: Matrix;
  },
): void {
  for (let k = 0; k < values.length; k++) {
    const loss = values[k];
    if (loss > s.loss[k]) s.rises[k]++;
    s.loss[k] = loss;
    if (fooled?.[k]) {
      fooledRows[s.rows[k]] = 1;
      kept.offer(s.rows[k], { m: at, i: k, hit: 1, loss });
    }
    if (!(loss > s.top[k])) continue;
    s.top[k] = loss;
    copyRow(s.best, k, at, k);
    if (gradient.rows > 0) copyRow(s.slope, k, gradient, k);
  }
}

/** Keeps the rows `left` alone. */
function narrow(s: State, left: Int32Array, matrix: Chunk["matrix"]): void {
  for (const name of ["at", "before", "best", "slope"] as const) {
    s[name] = keptRowsOf(matrix, name, { m: s[name], left });
  }
  for (const name of ["top", "loss", "seen", "step", "moved", "share"] as const) {
    s[name] = keepRows(s[name], left);
  }
  s.rows = left.map((k) => s.rows[k]);
  s.rises = keepRows(s.rises, left);
  s.halved = keepRows(s.halved, left);
}

/** Tries the point of ball and bounds that is best by the gradient at the start: all there is to find if the model is linear. */
function* leap(
  s: State,
  { region, goal, kept, fooledRows: fooledRows, matrix, discrete }: {
    region: Region;
    goal: Goal;
    kept: Keeper;
    fooledRows: Uint8Array;
    matrix: Chunk["matrix"];
    discrete: boolean;
  },
): Generator<Query, void, Answer> {
  const { rows, cols, data: g } = s.slope;
  const z = matrix("z", rows), { data } = z, { data: own } = region.original;
  const epsilon = region.constraint.epsilon as number;
  for (let k = 0; k < rows; k++) {
    let max = 0;
    for (let j = k * cols; j < (k + 1) * cols; j++) max = Math.max(max, Math.abs(g[j]));
    const factor = max > 0 && max < Infinity ? FAR * epsilon / max : 0;
    for (let j = k * cols; j < (k + 1) * cols; j++) {
      const d = factor * g[j];
      data[j] = d === 0 ? own[j] : own[j] + d;
    }
  }
  region.relax(z);
  const answer: Answer = yield {
    ask: "gradient",
    x: z,
    rows: s.rows,
    dScores: (dScores, scores, first) =>
      goal.write(dScores, scores, s.rows.subarray(first, first + scores.rows)),
  };
  const values = new Float64Array(rows);
  goal.values(values, answer.scores, s.rows);
  const fooled = discrete ? undefined : answer.fooled();
  record(s, { values, gradient: answer.gradient, fooled, kept, fooledRows: fooledRows, at: z });
  s.at.data.set(s.best.data);
  s.loss.set(s.top);
  s.rises.fill(0);
}

/** Halves the step, and goes back to the best point, where the loss rose too seldom or nothing has changed since. */
function look(s: State, gradient: Matrix, enough: number): void {
  for (let k = 0; k < s.rows.length; k++) {
    const stuck = !s.halved[k] && !(s.top[k] > s.seen[k]);
    s.halved[k] = Number(s.rises[k] <= enough || stuck);
    s.seen[k] = s.top[k];
    s.rises[k] = 0;
    if (!s.halved[k]) continue;
    s.step[k] /= 2;
    back(s, gradient, k);
  }
}

function back(s: State, gradient: Matrix, k: number): void {
  copyRow(s.at, k, s.best, k);
  copyRow(gradient, k, s.slope, k);
  s.loss[k] = s.top[k];
}

/** Adapts the number of features that a step moves to that of the best point; where it fell, the step starts anew. */
function lookL1(s: State, gradient: Matrix, { original }: Region): void {
  const { cols } = s.best, { data: best } = s.best, { data: own } = original;
  for (let k = 0; k < s.rows.length; k++) {
    let moved = 0;
    for (let j = k * cols; j < (k + 1) * cols; j++) if (best[j] !== own[j]) moved++;
    const fewer = moved < FEWER * s.moved[k];
    s.share[k] = moved / cols / DENSER;
    s.moved[k] = moved;
    s.step[k] = fewer ? 1 : Math.max(s.step[k] / SHORTER, SHORTEST);
    if (fewer) back(s, gradient, k);
  }
}

/** The next point: a step along the gradient, projected, then in part the last step again. */
function advance(
  s: State,
  { gradient, region, constraint, z, weight }: {
    gradient: Matrix;
    region: Region;
    constraint: Constraint;
    z: Matrix;
    weight: number;
  },
): void {
  const { norm, inputs, sizes, epsilon, fixed } = constraint;
  const { data: x } = s.at, { data: before } = s.before, { data: g } = gradient, { data: out } = z;
  if (norm !== "Linf" && fixed) { for (let j = 0; j < g.length; j++) if (fixed[j % inputs]) g[j] = 0; }
  if (norm === "L1") blockSlopes(gradient, s.at, constraint);
  for (let k = 0, at = 0; k < s.rows.length; k++, at += inputs) {
    const step = s.step[k];
    if (norm === "Linf") {
      for (let i = 0, j = at; i < inputs; i++, j++) {
        const slope = g[j];
        // what 0 is taken from stays as it is, −0 too
        out[j] = x[j] - (0 - step * sizes[i] * (Number(slope > 0) - Number(slope < 0)));
      }
      continue;
    }
    const size = step * (epsilon as number);
    if (norm === "L2") {
      let square = 0;
      for (let j = at; j < at + inputs; j++) square += g[j] * g[j];
      const factor = square > 0 && square < Infinity ? size / Math.sqrt(square) : 0;
      for (let j = at; j < at + inputs; j++) {
        const d = factor * g[j];
        out[j] = d === 0 || d !== d ? x[j] : x[j] + d;
      }
    } else sparse(out, x, { g, at, inputs, size, share: s.share[k] });
  }
  region.relax(z);
  if (weight < 1 && norm !== "L1") {
    for (let j = 0; j < out.length; j++) {
      const own = x[j];
      out[j] = own - (weight * (own - out[j]) + (1 - weight) * (before[j] - own));
    }
    region.relax(z);
  }
  before.set(x);
  x.set(out);
}

/** A step of length `size` shared by the features of the greatest slopes, a share of all. */
function sparse(
  out: Float32Array,
  x: Float32Array,
  { g, at, inputs, size, share }: {
    g: Float32Array;
    at: number;
    inputs: number;
    size: number;
    share: number;
  },
): void {
  const slopes = new Float32Array(inputs);
  for (let i = 0; i < inputs; i++) slopes[i] = Math.abs(g[at + i]);
  slopes.sort();
  const least = slopes[Math.min(Math.max(Math.floor((1 - share) * inputs), 0), inputs - 1)];
  let count = 0;
  for (let j = at; j < at + inputs; j++) if (Math.abs(g[j]) >= least && g[j] !== 0) count++;
  for (let j = at; j < at + inputs; j++) {
    const d = Math.abs(g[j]) >= least && g[j] !== 0 ? size / count : 0;
    out[j] = d > 0 ? x[j] + (g[j] > 0 ? d : -d) : x[j];
  }
}
