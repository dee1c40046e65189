/** Attacks followed on a model in plain loops, question after question, beside what their papers say. @module */

import { assertEquals } from "@std/assert";
import type { Attack, AttackOptions, SizeOptions } from "../../src/attacks/attack.ts";
import { type Reach, reach } from "../../src/attacks/reach.ts";
import { constraint } from "../../src/constraints/mod.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import type { Classifier, Differentiable } from "../../src/models/classifier.ts";
import { type Rng, rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";

type Vector = readonly number[];

/** A question, and the point that it is about. */
export interface Asked {
  readonly ask: "scores" | "gradient";
  readonly x: Vector;
}

/** Scores w·x + q·x²/2 + b, rounded to float32, their gradients, and all that was asked of the model. */
export interface Plain {
  readonly made: Differentiable;
  readonly asked: Asked[];
  scores(x: Vector): number[];
  /** The gradient in x of a function of this gradient in the scores. */
  gradient(x: Vector, dScores: Vector): number[];
  /** The lead of one class over another, and its gradient. */
  lead(x: Vector, from: number, to: number): { value: number; slopes: number[] };
  predicted(x: Vector): number;
  /** The class of the greatest score beside one. */
  rival(x: Vector, than: number): number;
}

/** Models of other seeds and other curvature are other models; with a grain their parameters are multiples of it. */
export function plainModel(
  { inputs = 4, classes = 3, seed = 1, bend = 0.5, scale = 1, offset = 0.1, grain = 0 } = {},
): Plain {
  const w = uniformMatrix(classes, inputs, seed, { lo: -scale, hi: scale }).data;
  const q = uniformMatrix(classes, inputs, seed + 50, { lo: -bend, hi: bend }).data;
  const b = uniformMatrix(1, classes, seed + 90, { lo: -offset, hi: offset }).data;
  if (grain > 0) {
    for (const all of [w, q, b]) all.forEach((value, i) => all[i] = Math.round(value / grain) * grain);
  }
  const asked: Asked[] = [];
  const scores = (x: Vector) =>
    Array.from(b, (first, c) =>
      Math.fround(
        x.reduce((sum, v, i) => sum + w[c * inputs + i] * v + q[c * inputs + i] * v * v / 2, first),
      ));
  const gradient = (x: Vector, dScores: Vector) =>
    x.map((v, i) =>
      Math.fround(dScores.reduce((sum, d, c) => sum + d * (w[c * inputs + i] + q[c * inputs + i] * v), 0))
    );
  const best = (x: Vector, but = -1) => {
    const all = scores(x).map((score, c) => c === but ? -Infinity : score);
    return all.indexOf(Math.max(...all));
  };
  const noted = (ask: Asked["ask"], x: Matrix) =>
    Array.from({ length: x.rows }, (_, row) => {
      const point = [...rowsOf(x, row, row + 1).data];
      asked.push({ ask, x: point });
      return point;
    });
  const scoresOf = (points: readonly Vector[]) => matrix(points.length, classes, points.flatMap(scores));
  return {
    asked,
    scores,
    gradient,
    lead(x, from, to) {
      const all = scores(x);
      const slopes = gradient(x, all.map((_, c) => Number(c === to) - Number(c === from)));
      return { value: all[to] - all[from], slopes };
    },
    predicted: (x) => best(x),
    rival: best,
    made: {
      inputs,
      classes,
      head: heads.softmax,
      scores: (x) => scoresOf(noted("scores", x)),
      inputGradient(x, dScores) {
        const points = noted("gradient", x), out: number[] = [];
        // in runs of two
        for (let first = 0; first < points.length; first += 2) {
          const run = points.slice(first, first + 2), d = dScores(scoresOf(run), first);
          run.forEach((point, k) => out.push(...gradient(point, [...rowsOf(d, k, k + 1).data])));
        }
        return matrix(x.rows, inputs, out);
      },
    },
  };
}

/** What a plain form of an attack works with: one example. */
export interface Way<O> {
  readonly plain: Plain;
  readonly own: Vector;
  readonly label: number;
  readonly target?: number;
  readonly options: O;
  readonly within: Reach;
  /** Its stream of random numbers. */
  readonly stream: Rng;
  /** Whether a point fools. */
  fools(x: Vector): boolean;
  /** The lead that decides an answer: of the best other class over the label, or of the target over the best other one. */
  decisive(x: Vector): { value: number; slopes: number[] };
  /** `own` + `d`, in float32, within bounds. */
  displaced(d: ArrayLike<number>, from?: Vector): number[];
  /** Writes down a question, and how much is done before it; keeps what fools if `keeps`. */
  ask(ask: Asked["ask"], x: Vector, done: number, keeps?: boolean): void;
  /** Writes down a question about several points. */
  askAll(ask: Asked["ask"], x: readonly Vector[], done: number): void;
  /** Keeps what fools and is nearer. */
  keep(x: Vector): void;
  /** How far a point is. */
  far(x: Vector): number;
  /** The nearest point that was kept, and how far that is. */
  readonly nearest: { x: Vector; far: number };
}

export type Options =
  & AttackOptions
  & SizeOptions
  & Pick<ConstraintOptions, "epsilon" | "norm" | "fixed" | "grid">;

/** One way to run an attack. */
export interface Case<O> {
  readonly name: string;
  readonly plain: Plain;
  readonly options: O & Options;
  /** The examples, which the model gets right unless `labels` says otherwise. */
  readonly x: readonly Vector[];
  readonly labels?: readonly number[];
  /** Whether nothing fools. */
  readonly lost?: true;
}

/** The points of a square, rounded. */
export const points = (rows: number, inputs = 4, seed = 5): number[][] => {
  const all = uniformMatrix(rows, inputs, seed, { lo: 0, hi: 1 });
  return Array.from({ length: rows }, (_, row) => [...rowsOf(all, row, row + 1).data]);
};

function wayOf<O extends object>(
  { plain, options }: Case<O>,
  own: Vector,
  { label, norm, place }: { label: number; norm: Attack["norms"][number]; place: number },
): Way<O> & { asked: Asked[]; done: number[] } {
  const given: Options = options;
  const { epsilon = 1, bounds, fixed } = given;
  const target = given.target as number | undefined;
  const within = reach(constraint(own.length, { epsilon, bounds, fixed, norm }));
  const asked: Asked[] = [], done: number[] = [], nearest = { x: own, far: Infinity };
  const far = (x: Vector) => {
    const d = x.map((value, i) => Math.abs(value - own[i]));
    if (norm === "L2") return Math.sqrt(d.reduce((sum, value) => sum + value * value, 0));
    if (norm === "L1") return d.reduce((sum, value) => sum + value, 0);
    if (norm === "L0") return d.filter((value) => value > 0).length;
    return Math.max(...d.map((value, i) => value > 0 ? value / within.featureScale[i] : 0));
  };
  const fools = (x: Vector) =>
    target === undefined ? plain.predicted(x) !== label : plain.predicted(x) === target;
  const keep = (x: Vector) => {
    if (fools(x) && far(x) < nearest.far) [nearest.x, nearest.far] = [x, far(x)];
  };
  return {
    ...{ plain, own, label, target, options, within, asked, done, nearest, far, fools, keep },
    stream: rng(given.seed ?? 0).split(place),
    decisive: (x) =>
      target === undefined
        ? plain.lead(x, label, plain.rival(x, label))
        : plain.lead(x, plain.rival(x, target), target),
    displaced: (d, from = own) =>
      from.map((value, i) => {
        const to = d[i] === 0 ? value : Math.fround(value + d[i]);
        return Math.min(Math.max(to, within.lo[i]), within.hi[i]);
      }),
    ask(ask, x, part, keeps = true) {
      asked.push({ ask, x });
      done.push(part);
      if (keeps) keep(x);
    },
    askAll(ask, x, part) {
      asked.push(...x.map((x) => ({ ask, x })));
      done.push(part);
    },
  };
}

/** A test for each case that `attack` makes the queries and finds the results of its plain form. */
export function testFollows<O extends object, M extends Classifier = Differentiable>(
  attack: Attack<O, M>,
  form: (way: Way<O>) => Vector | void,
  cases: readonly Case<O>[],
  how: { tolerance?: number } = {},
): void {
  for (const each of cases) {
    Deno.test(`${attack.name}() goes as its algorithm does, ${each.name}`, () =>
      assertFollows(attack, form, [each], how));
  }
}

/** Passes if the attack asks on each example what the plain form does, and finds what that gives or else keeps; and on all at once the same. */
export function assertFollows<O extends object, M extends Classifier = Differentiable>(
  attack: Attack<O, M>,
  form: (way: Way<O>) => Vector | void,
  cases: readonly Case<O>[],
  { tolerance = 1e-6 } = {},
): void {
  for (const each of cases) {
    const { plain, options, x } = each;
    const labels = each.labels ?? x.map(plain.predicted);
    const run = (rows: readonly Vector[], own: readonly number[], more: object = {}) =>
      attack(
        plain.made as Classifier as M,
        batch({
          x: matrix(rows.length, plain.made.inputs, rows.flat()),
          labels: own,
          classes: plain.made.classes,
        }),
        { ...options, ...more },
      );
    const whole = run(x, labels);
    x.forEach((own, row) => {
      const name = `${each.name}, example ${row}`;
      const given: Options = options;
      const way = wayOf(each, own, { label: labels[row], norm: given.norm ?? attack.norms[0], place: row });
      way.ask("scores", own, 0, false);
      const kept = way.fools(own) ? own : form(way) ?? way.nearest.x;
      plain.asked.length = 0;
      const progress: number[] = [];
      const { x: found, queries } = run([own], [labels[row]], {
        first: row,
        onProgress: (part: number) => progress.push(part),
      });
      assertEquals(plain.asked.pop(), { ask: "scores", x: [...found.data] }, name);
      assertEquals(plain.asked.map(({ ask }) => ask), way.asked.map(({ ask }) => ask), name);
      const [asked, expected] = [plain, way].map(({ asked }) => asked.flatMap(({ x }) => x));
      assertClose(asked, expected, tolerance, `${name}, number of its questions`);
      assertClose(progress.slice(0, -1), way.done, 1e-12, name);
      assertClose(found.data, kept, tolerance, name);
      assertEquals(found.data, rowsOf(whole.x, row, row + 1).data.slice(), `${name} among others`);
      assertEquals(whole.queries[row], queries[0], name);
    });
    assertEquals(whole.fooled.some((hit) => hit === 1), !each.lost, `${each.name}: whether something fools`);
  }
}
