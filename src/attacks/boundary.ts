/** Near adversarial examples by labels alone, by a random walk along the boundary. @module */

import { matrix as ordinary, rowsOf } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import { fillNormal } from "../rng.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { approach, decisions, start, type StartOptions, STARTS } from "./decisions.ts";
import { copyRow } from "./rows.ts";

/** Options of the attack: number and size of its steps, and where it starts. */
export interface BoundaryOptions extends StartOptions {
  /** Steps; default 5000. */
  steps?: number;
  /** Length of the first step around the example, as a part of the distance; default 0.01. */
  sphericalStep?: number;
  /** Length of the first step toward the example, likewise; default 0.01. */
  sourceStep?: number;
}

/** Steps between two looks at steps around the example alone. */
const PERIOD = 5;
/** Looks and steps after which a length adapts, and by what factor. */
const LOOKS = 10, TRIALS = 20, FACTOR = 1.5;
/** A walk whose steps are shorter has come to its end. */
const SHORTEST = 1e-7;

/**
 * The boundary attack (Brendel, Rauber and Bethge 2018): near inputs that fool, in L2, by predicted classes alone. From an input
 * that fools, each step goes in a random direction around the example and then a little toward it, and counts if the
 * model is still fooled. Steps around become longer where more than half of them fool, steps toward where more than a
 * quarter do, and shorter where few do.
 *
 * It starts at one of `starts`, or else at noise, from where it goes straight to the boundary. ε is the greatest
 * distance; an example that would need more, or for which no start is found, stays as it was. Integers, grids and groups: inputs
 * are rounded before the model is asked. `hopSkipJump` comes nearer with fewer questions.
 *
 * @example
 * ```ts
 * import { batch, boundary, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = boundary(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2, steps: 5 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -0.01);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or the inputs to start from do not fit the model
 */
export const boundary: Attack<BoundaryOptions, Classifier> = makeAttack({
  name: "boundary",
  summary: "Looks for a near input that fools by labels alone, by a random walk along the boundary",
  needs: "labels",
  goal: "nearest",
  norms: ["L2"],
  options: {
    steps: integer("Steps", { min: 1, default: 5000 }),
    sphericalStep: number("First step around the example, as a part of the distance", {
      above: 0,
      max: 1,
      default: 0.01,
    }),
    sourceStep: number("First step toward the example, as a part of the distance", {
      above: 0,
      max: 1,
      default: 0.01,
    }),
    ...STARTS,
  },
  *run(chunk, { steps, sphericalStep, sourceStep, starts }) {
    const { constraint: { inputs }, x, rng } = chunk;
    const known = yield* decisions(chunk);
    const at = ordinary(x.rows, inputs);
    const rows = yield* start(chunk, known, { at, starts });
    yield* approach(chunk, known, { at, rows, gap: 1e-3, done: 0 });
    let open = Array.from(rows, (row) => ({
      row,
      around: { length: sphericalStep, tried: 0, hits: 0 },
      toward: { length: sourceStep, tried: 0, hits: 0 },
    }));
    for (let step = 0; step < steps && open.length > 0; step++) {
      const looks = step % PERIOD === 0;
      const n = open.length;
      // in every few steps, what comes of the first half of a step follows the whole ones
      const tried = ordinary(looks ? 2 * n : n, inputs);
      open.forEach(({ row, around, toward }, k) => {
        const noise = ordinary(1, inputs);
        fillNormal(noise, rng(row).split("step", step));
        const places = {
          at: rowsOf(at, row, row + 1).data,
          own: rowsOf(x, row, row + 1).data,
          noise: noise.data,
          whole: rowsOf(tried, k, k + 1).data,
          half: looks ? rowsOf(tried, n + k, n + k + 1).data : undefined,
        };
        walk(places, known.weights, { around: around.length, toward: toward.length });
      });
      const openRows = Int32Array.from(open, ({ row }) => row);
      const hits = yield* known.ask(
        tried,
        looks ? Int32Array.of(...openRows, ...openRows) : openRows,
        step / steps,
      );
      open.forEach(({ row, around, toward }, k) => {
        if (hits[k]) copyRow(at, row, tried, k);
        if (looks) {
          around.hits += hits[n + k];
          if (++around.tried === LOOKS) adapt(around, [toward], [0.2, 0.5]);
        }
        toward.hits += hits[k];
        if (++toward.tried === TRIALS) adapt(toward, [], [0.1, 0.25]);
      });
      open = open.filter(({ toward }) => toward.length >= SHORTEST);
    }
    return known.found;
  },
});

/** A length, and how often steps of it fooled. */
interface Tried {
  length: number;
  tried: number;
  hits: number;
}

/** A longer step, and others with it, where more than a part `many` fooled, a shorter one where less than `few` did. */
function adapt(step: Tried, others: readonly Tried[], [few, many]: readonly [number, number]): void {
  const part = step.hits / step.tried;
  const factor = part > many ? FACTOR : part < few ? 1 / FACTOR : 1;
  for (const each of [step, ...others]) each.length = Math.min(each.length * factor, 1);
  step.tried = step.hits = 0;
}

interface Places {
  readonly at: Float32Array;
  readonly own: Float32Array;
  readonly noise: Float32Array;
  /** Where a whole step leads, and its first half. */
  readonly whole: Float32Array;
  readonly half?: Float32Array;
}

/** A step on the sphere around the example, and then toward it. */
function walk(
  { at, own, noise, whole, half }: Places,
  weights: Float64Array,
  { around, toward }: { around: number; toward: number },
): void {
  const { length } = at;
  let square = 0, along = 0;
  for (let i = 0; i < length; i++) {
    const d = at[i] - own[i];
    square += d * d;
    along += weights[i] * noise[i] * d;
  }
  // what is orthogonal to the way to the example
  const side = new Float64Array(length);
  let sideSquare = 0;
  for (let i = 0; i < length; i++) {
    side[i] = square > 0 ? weights[i] * noise[i] - along / square * (at[i] - own[i]) : 0;
    sideSquare += side[i] * side[i];
  }
  const factor = sideSquare > 0 ? around * Math.sqrt(square / sideSquare) : 0;
  const onSphere = 1 / Math.sqrt(1 + around * around);
  for (let i = 0; i < length; i++) {
    const d = onSphere * (at[i] - own[i] + factor * side[i]);
    whole[i] = own[i] + (1 - toward) * d;
    if (half) half[i] = own[i] + d;
  }
}
