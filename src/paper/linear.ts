/** Experiment, section 3: why many small changes make a large one. @module */

import { matrix } from "../matrix.ts";
import { measure } from "../evaluate/measure.ts";
import type { Model } from "../models/model.ts";
import { type Rng, rng } from "../rng.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { averagePool } from "./examples.ts";
import { pooledSoftmax, POOLS } from "./recipes/shallow.ts";
import { rowOf } from "./images.ts";
import { underAttack } from "./measures.ts";

/** Weighted sums over so many pixels, drawn at random. */
const DIMENSIONS = [49, 98, 196, 392, 784];

/** Random signs that are averaged over, for each filter. */
const DRAWS = 5;

/** Section 3: why many small changes make a large one. */
export const linearExperiment: Experiment = {
  id: "linear",
  title: "Many small changes add up",
  explains:
    "A weighted sum of n pixels moves by ε·m·n if every pixel moves by ε with the sign of its weight, m " +
    "being the weights' mean size. No pixel changes by more than ε, however many there are, but the sum " +
    "grows with their number; with random signs it grows with the square root of that alone.",
  models: () => ["softmax", "maxout", ...POOLS.map(pooledSoftmax)],
  async run({ test, seed, model: trained }) {
    const random = rng(seed).split("linear view");
    const linear = await trained("softmax");
    const filters = rowsOf(await trained("maxout"), "layer0.W");
    const growth = DIMENSIONS.map((n) => growthOver(filters, n, random));
    const quarter = DIMENSIONS.indexOf(196);
    const last = DIMENSIONS.length - 1;

    const measurements: Record<string, number | null> = {
      "identity.gap": gapOf(linear, rowOf(test.x, 0)),
      "signs.growth": growth[last].signs / growth[quarter].signs,
      "noise.growth": growth[last].noise / growth[quarter].noise,
    };
    const byDimension: [number, number, number][] = [];
    for (const side of [...POOLS, 1]) {
      const model = side === 1 ? linear : await trained(pooledSoftmax(side));
      const examples = side === 1 ? test : averagePool(test, side);
      const weights = rowsOf(model, "W");
      const n = model.inputs;
      const m = weights.reduce((sum, row) => sum + sizeOf(row), 0) / weights.length / n;
      const error = percent(underAttack(model, examples).errorRate)!;
      measurements[`trained on ${n}.mean weight`] = m;
      measurements[`trained on ${n}.growth`] = EPSILON * m * n;
      measurements[`trained on ${n}.clean.error`] = percent(measure(model, examples).errorRate);
      measurements[`trained on ${n}.fgsm.error`] = error;
      byDimension.push([n, EPSILON * m * n, error]);
    }
    return {
      measurements,
      figures: [{
        kind: "lines",
        id: "growth",
        title: "What a change of ±ε a pixel does to a weighted sum",
        caption:
          "Mean over the first-layer filters of the maxout network, each cut to n of its pixels at random: with each pixel " +
          "moved by .25 with the sign of its weight, and at random.",
        x: { label: "Pixels n", scale: "log" },
        y: { label: "Change of the sum", scale: "log" },
        series: [
          {
            name: "signs of the weights",
            points: DIMENSIONS.map((n, i) => [n, growth[i].signs]),
            emphasis: true,
          },
          { name: "random signs", points: DIMENSIONS.map((n, i) => [n, growth[i].noise]) },
        ],
      }, {
        kind: "lines",
        id: "trained",
        title: "Softmax regressions on images of fewer pixels",
        caption:
          "Trained on images whose pixels were averaged over squares of 4 × 4 and 2 × 2, and on whole ones: ε·m·n of their " +
          "weights, in scores, for ε = .25.",
        x: { label: "Pixels n", scale: "log" },
        y: { label: "Change of a score, ε·m·n" },
        series: [{ name: "softmax regression", points: byDimension.map(([n, growth]) => [n, growth]) }],
      }],
    };
  },
};

/** The largest gap between the model's own change of score and ε·m·n, relative to it. */
function gapOf(model: Model, x: Float32Array): number {
  const weights = rowsOf(model, "W");
  const changes = weights.map((w, c) => {
    const moved = x.map((value, i) => value + EPSILON * Math.sign(w[i]));
    const score = (input: Float32Array) => model.scores(matrix(1, x.length, input)).data[c];
    const expected = EPSILON * sizeOf(w);
    return Math.abs(score(moved) - score(x) - expected) / expected;
  });
  return Math.max(...changes);
}

/** Mean change of the filters' sums over `n` of their pixels, by ε with the weights' signs and with random ones. */
function growthOver(filters: readonly Float32Array[], n: number, random: Rng) {
  let [signs, noise] = [0, 0];
  filters.forEach((w, at) => {
    const from = random.split(at);
    const chosen = from.permutation(w.length).subarray(0, n);
    signs += chosen.reduce((sum, i) => sum + EPSILON * Math.abs(w[i]), 0);
    for (let draw = 0; draw < DRAWS; draw++) {
      const change = chosen.reduce((sum, i) => sum + (from.below(2) ? EPSILON : -EPSILON) * w[i], 0);
      noise += Math.abs(change) / DRAWS;
    }
  });
  return { signs: signs / filters.length, noise: noise / filters.length };
}

/** The rows of a tensor of weights. */
function rowsOf(model: Model, name: string): Float32Array[] {
  const { data, shape } = model.tensors()[name];
  const inputs = shape.at(-1)!;
  return Array.from(
    { length: data.length / inputs },
    (_, row) => data.subarray(row * inputs, (row + 1) * inputs) as Float32Array,
  );
}

/** ‖w‖₁ in double, which is the mean size times the number. */
function sizeOf(w: Float32Array): number {
  return w.reduce((sum, value) => sum + Math.abs(value), 0);
}
