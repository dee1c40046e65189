/** Many attacks and certificates. @module */

import { fgsm } from "../../../src/attacks/fgsm.ts";
import { signNoise } from "../../../src/attacks/noise.ts";
import { pgd } from "../../../src/attacks/pgd.ts";
import { universal } from "../../../src/attacks/universal.ts";
import type { Batch } from "../../../src/data/batch.ts";
import type { Differentiable } from "../../../src/models/classifier.ts";
import { ensemble } from "../../../src/models/ensemble.ts";
import type { Model } from "../../../src/models/model.ts";
import { members } from "../../../src/paper/recipes/ensemble.ts";
import { predict } from "../../../src/predict.ts";
import { rng } from "../../../src/rng.ts";
import {
  answer,
  asBatch,
  attacked,
  doubles,
  errorOf,
  forward,
  type Row,
  type Rows,
  share,
} from "../reference.ts";
import { type Pins, rowsOf } from "./common.ts";

/**
 * Percent of the rows that some attack of a quick cascade, of .1 and then up to ε, makes `of` err on. Each row is attacked
 * alone: it draws by its place, from a stream of each attack and size.
 */
function worst(of: Differentiable, rows: Rows, largest: number, seed: number): number {
  const { predicted } = predict(of, asBatch(rows).x);
  let left = Array.from(rows.y.keys()).filter((i) => predicted[i] === rows.y[i]);
  for (const epsilon of new Set([0.1, largest])) {
    const many = { epsilon, steps: 20, stopEarly: true };
    const drawn = (name: string, first: number) => ({ first, seed: rng(seed).split(name, `${epsilon}`).key });
    const attacks = [
      (b: Batch) => fgsm(of, b, { epsilon }),
      (b: Batch, i: number) => pgd(of, b, { ...many, ...drawn("pgd", i) }),
      (b: Batch, i: number) => pgd(of, b, { ...many, ...drawn("pgd-margin", i), loss: "margin" }),
      (b: Batch, i: number) => signNoise(of, b, { epsilon, restarts: 5, ...drawn("noise", i) }),
    ];
    for (const attack of attacks) {
      left = left.filter((i) => attack(asBatch({ x: [rows.x[i]], y: [rows.y[i]] }), i).fooled[0] === 0);
    }
  }
  return 100 * (1 - left.length / rows.y.length);
}

/** Percent of the rows whose margin a linear model loses within ε: its L1 norm times ε is enough. */
function linearWorst(of: Model, { x, y }: Rows, epsilon: number): number {
  const { W: { shape: [classes, inputs], data } } = of.tensors();
  const row = (c: number) => Array.from(data.subarray(c * inputs, (c + 1) * inputs));
  return share(x.map((each, i) => {
    const scores = forward(of, each);
    return Array.from({ length: classes }, (_, c) => c).some((c) => {
      const slope = row(c).map((w, j) => Math.abs(w - row(y[i])[j]));
      return c !== y[i] && scores[y[i]] - scores[c] < epsilon * slope.reduce((a, b) => a + b);
    });
  }));
}

/** The same of a diagonal RBF network: each input's part of the margin is least at an end or at its vertex. */
function rbfWorst(of: Model, { x, y }: Rows, epsilon: number): number {
  const { mu, beta } = of.tensors();
  const [classes, inputs] = mu.shape;
  const part = (c: number, j: number, v: number) =>
    -beta.data[c * inputs + j] * (v - mu.data[c * inputs + j]) ** 2;
  return share(x.map((each, i) =>
    Array.from({ length: classes }, (_, c) => c).some((c) => {
      if (c === y[i]) return false;
      const margins = each.map((v, j) => {
        const [own, other] = [beta.data[y[i] * inputs + j], beta.data[c * inputs + j]];
        const vertex = (own * mu.data[y[i] * inputs + j] - other * mu.data[c * inputs + j]) / (own - other);
        const places = [v - epsilon, v + epsilon, vertex].filter((at) => Math.abs(at - v) <= epsilon + 1e-12);
        return Math.min(...places.map((at) => part(y[i], j, at) - part(c, j, at)));
      });
      return margins.reduce((a, b) => a + b) < 0;
    })
  ));
}

const beyondPins = (name: string): Pins => ({
  [`beyond.${name}.small.attacked.error`]: (w) => worst(w.of(name), w.test, 0.1, w.context.seed),
  [`beyond.${name}.attacked.error`]: (w) => worst(w.of(name), w.test, 0.25, w.context.seed),
  [`beyond.${name}.small.one step's share`]: (w) =>
    100 * errorOf(w.of(name), attacked(w.of(name), w.test, 0.1)) /
    worst(w.of(name), w.test, 0.1, w.context.seed),
  [`beyond.${name}.one step's share`]: (w) =>
    100 * errorOf(w.of(name), attacked(w.of(name), w.test)) / worst(w.of(name), w.test, 0.25, w.context.seed),
});

/** Pins by claim. */
export const BEYOND: Pins = {
  ...Object.fromEntries(
    ["maxout", "adversarialMaxout", "signNoiseMaxout", "softmax", "rbf", "mpDbm"]
      .flatMap((name) => Object.entries(beyondPins(name))),
  ),
  "beyondEnsemble.small.attacked.error": ({ of, test, context: { seed } }) =>
    worst(ensemble(members.map(of)), test, 0.1, seed),
  "beyondEnsemble.attacked.error": ({ of, test, context: { seed } }) =>
    worst(ensemble(members.map(of)), test, 0.25, seed),
  "beyond.softmax.transferred.error": ({ of, test, context: { seed } }) =>
    errorOf(of("softmax"), rowsOf(pgd(of("maxout"), asBatch(test), { epsilon: 0.25, loss: "margin", seed }))),
  "beyond.softmax.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("softmax"), rowsOf(signNoise(of("softmax"), asBatch(test), { epsilon: 0.25, seed }))),
  "beyond.maxout.stretched.share": ({ of, test, context: { seed } }) => {
    const own = of("maxout"), wrong = (row: Row, i: number) => answer(own, row) !== test.y[i];
    const { x } = rowsOf(pgd(own, asBatch(test), { epsilon: 0.25, loss: "margin", seed }));
    const misled = x.flatMap((row, i) => wrong(row, i) ? [i] : []);
    const at = (i: number, times: number) => test.x[i].map((v, j) => v + times * (x[i][j] - v));
    return share(misled.map((i) => [1.25, 1.5, 2].every((times) => wrong(at(i, times), i))));
  },
  "beyond.maxout.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("maxout"), rowsOf(signNoise(of("maxout"), asBatch(test), { epsilon: 0.25, seed }))),
  "beyond.maxout.universal.error": ({ of, test, train }) => {
    const r = doubles(universal(of("maxout"), asBatch(train), { epsilon: 0.25 }).perturbation)[0];
    return errorOf(of("maxout"), { ...test, x: test.x.map((row) => row.map((v, j) => v + r[j])) });
  },
  "beyond.softmax.small.not excluded.error": ({ of, test }) => linearWorst(of("softmax"), test, 0.1),
  "beyond.rbf.small.not excluded.error": ({ of, test }) => rbfWorst(of("rbf"), test, 0.1),
};
