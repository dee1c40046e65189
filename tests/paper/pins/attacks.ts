/** Softmax regression and maxout networks under attacks (sections 3 and 4). @module */

import { lbfgs } from "../../../src/attacks/lbfgs.ts";
import { signNoise } from "../../../src/attacks/noise.ts";
import { rotation } from "../../../src/attacks/rotation.ts";
import type { Model } from "../../../src/models/model.ts";
import { EPSILONS } from "../figures.ts";
import {
  answer,
  asBatch,
  attacked,
  confidenceOf,
  errorOf,
  mean,
  type Row,
  type Rows,
  share,
  step,
  type World,
} from "../reference.ts";
import { type Pins, rowsOf, standing } from "./common.ts";

/** ε with the weights' signs summed over classes: ε·m·n of softmax regression. */
function growth(of: Model): number {
  const { data, shape: [classes] } = of.tensors().W;
  return 0.25 * Array.from(data).reduce((sum, w) => sum + Math.abs(w), 0) / classes;
}

/** Softmax regression on images of fewer pixels, each the mean of a square. */
function pooledPins(name: string, side: number): Pins {
  const small = ({ test: { x, y } }: World): Rows => {
    const across = 28 / side;
    const pixel = (row: Row, i: number) => {
      const [top, left] = [side * Math.floor(i / across), side * (i % across)];
      const square = Array.from(
        { length: side * side },
        (_, k) => row[(top + Math.floor(k / side)) * 28 + left + k % side],
      );
      return mean(square);
    };
    return { x: x.map((row) => Array.from({ length: across ** 2 }, (_, i) => pixel(row, i))), y };
  };
  const prefix = `linear.trained on ${(28 / side) ** 2}`;
  return {
    [`${prefix}.growth`]: ({ of }) => growth(of(name)),
    [`${prefix}.mean weight`]: ({ of }) => growth(of(name)) / 0.25 / (28 / side) ** 2,
    [`${prefix}.clean.error`]: (world) => errorOf(world.of(name), small(world)),
    [`${prefix}.fgsm.error`]: (world) => errorOf(world.of(name), attacked(world.of(name), small(world))),
  };
}

/** The rows moved by the attack, within the range of images. */
function clipped(of: Model, rows: Rows): Rows {
  const { x, y } = attacked(of, rows);
  return { x: x.map((row) => row.map((v) => Math.min(Math.max(v, 0), 1))), y };
}

/** What both ways find for the first two of each class that a network gets right, and how far they go. */
function lbfgsPins(prefix: string, name: string): Pins {
  const known = new WeakMap<World, ReturnType<typeof compute>>();
  const compute = ({ of, test: { x, y } }: World) => {
    const own = of(name);
    const chosen = Array.from(
      { length: 10 },
      (_, c) => y.flatMap((label, i) => label === c ? [i] : []).slice(0, 2),
    )
      .flat().filter((i) => answer(own, x[i]) === y[i]);
    const right = { x: chosen.map((i) => x[i]), y: chosen.map((i) => y[i]) };
    const found = lbfgs(own, asBatch(right), { epsilon: 10, targets: "runnerUp", refinements: 0 });
    const near = rowsOf(found);
    const length = (a: Row, b: Row) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
    return right.x.map((row, i) => {
      const misleads = (epsilon: number) => answer(own, step(own, row, right.y[i], epsilon)) !== right.y[i];
      const epsilon = Array.from({ length: 100 }, (_, k) => (k + 1) / 200).find(misleads);
      const isFound = answer(own, near.x[i]) !== right.y[i];
      return {
        ...{ isFound, epsilon, bySign: misleads(0.25), gradients: found.queries[i] - 1 },
        isBoth: isFound && epsilon !== undefined,
        distance: length(near.x[i], row),
        sign: length(step(own, row, right.y[i], epsilon ?? 0), row),
      };
    });
  };
  const all = (world: World) => {
    if (!known.has(world)) known.set(world, compute(world));
    return known.get(world)!;
  };
  const average = (of: (each: ReturnType<typeof compute>[number]) => number) => (world: World) =>
    mean(all(world).filter(({ isBoth }) => isBoth).map(of));
  const pins: Pins = {
    "found": (world) => share(all(world).map(({ isFound }) => isFound)),
    "sign step.found": (world) => share(all(world).map(({ bySign }) => bySign)),
    "distance": average(({ distance }) => distance),
    "sign step.distance": average(({ sign }) => sign),
    "sign step.epsilon": average(({ epsilon }) => epsilon!),
    "shorter": (world) => average(({ sign }) => sign)(world) / average(({ distance }) => distance)(world),
    "gradients": (world) => mean(all(world).map(({ gradients }) => gradients)),
  };
  return Object.fromEntries(Object.entries(pins).map(([id, pin]) => [`lbfgs.${prefix}.${id}`, pin]));
}

const sweepError = (name: string, epsilon: number) => ({ of, test }: World) =>
  errorOf(of(name), attacked(of(name), test, epsilon));

const half = (name: string) => (world: World) => {
  const errors = EPSILONS.map((epsilon) => sweepError(name, epsilon)(world));
  const after = errors.findIndex((error) => error >= 50);
  if (after <= 0) return after < 0 ? 0.5 : 0;
  const slope = (EPSILONS[after] - EPSILONS[after - 1]) / (errors[after] - errors[after - 1]);
  return EPSILONS[after - 1] + (50 - errors[after - 1]) * slope;
};

/** Pins by claim. */
export const ATTACKS: Pins = {
  ...standing("softmax", "softmax"),
  ...standing("maxout", "maxout"),
  "maxout.fgsm clipped.error": ({ of, test }) => errorOf(of("maxout"), clipped(of("maxout"), test)),
  "maxout.fgsm clipped.confidence": ({ of, test }) =>
    confidenceOf(of("maxout"), clipped(of("maxout"), test), { onMistakes: true }),
  ...pooledPins("softmax", 1),
  ...pooledPins("pooledSoftmax-2", 2),
  ...pooledPins("pooledSoftmax-4", 4),
  "rotation.maxout.large.error": ({ of, test }) =>
    errorOf(of("maxout"), rowsOf(rotation(of("maxout"), asBatch(test), { epsilon: 0.65 }))),
  "rotation.softmax.small.error": ({ of, test }) =>
    errorOf(of("softmax"), rowsOf(rotation(of("softmax"), asBatch(test), { epsilon: 0.3 }))),
  "curves.maxout.half": half("maxout"),
  "curves.adversarialMaxout.half": half("adversarialMaxout"),
  "curves.maxout.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("maxout"), rowsOf(signNoise(of("maxout"), asBatch(test), { epsilon: 0.5, seed }))),
  ...Object.fromEntries(
    ["softmax", "maxout", "adversarialMaxout", "signNoiseMaxout", "sigmoidMaxout"].map((name) => [
      `curves.${name}.worst`,
      (world: World) => Math.max(...EPSILONS.filter((e) => e <= 0.25).map((e) => sweepError(name, e)(world))),
    ]),
  ),
  ...lbfgsPins("maxout", "maxout"),
  ...lbfgsPins("adversarial", "adversarialMaxout"),
};
