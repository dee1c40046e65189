/** What pins of several experiments are made of. @module */

import { fgsm } from "../../../src/attacks/fgsm.ts";
import { rubbish } from "../../../src/attacks/rubbish.ts";
import {
  asBatch,
  attacked,
  confidenceOf,
  doubles,
  errorOf,
  firstLayer,
  mean,
  probabilities,
  type Row,
  type Rows,
  share,
  type World,
} from "../reference.ts";

/** What each measurement behind a claim must be, computed from the models and the examples alone. */
export type Pins = Readonly<Record<string, (world: World) => number>>;

export const FLOAT32 = { float32: true };

export const take = ({ x, y }: Rows, count: number): Rows => ({ x: x.slice(0, count), y: y.slice(0, count) });

/** The rows of an attack of the library. */
export const rowsOf = ({ x, labels }: { x: Parameters<typeof doubles>[0]; labels: Int32Array }): Rows => ({
  x: doubles(x),
  y: Array.from(labels),
});

const drawn = new WeakMap<World, Map<string, Row[]>>();

/** The probabilities that a model gives to each of 10,000 draws. */
export function onNoise(world: World, name: string): Row[] {
  if (!drawn.has(world)) drawn.set(world, new Map());
  const kept = drawn.get(world)!;
  if (!kept.has(name)) {
    const { x } = rubbish(world.of(name), { seed: world.context.seed, samples: 10000 });
    kept.set(name, doubles(x).map((row) => probabilities(world.of(name), row)));
  }
  return kept.get(name)!;
}

/** Error and confidence of a model under its own attack, and on rubbish. */
export function standing(prefix: string, name: string): Pins {
  const noise = (world: World) => onNoise(world, name).map((p) => Math.max(...p));
  return {
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(name), test),
    [`${prefix}.clean.confidence`]: ({ of, test }) => confidenceOf(of(name), test),
    [`${prefix}.fgsm.error`]: ({ of, test }) => errorOf(of(name), attacked(of(name), test)),
    [`${prefix}.fgsm.confidence`]: ({ of, test }) =>
      confidenceOf(of(name), attacked(of(name), test), { onMistakes: true }),
    [`${prefix}.fgsm in float32.error`]: ({ of, test }) =>
      errorOf(of(name), attacked(of(name), test, 0.25, FLOAT32)),
    [`${prefix}.fgsm in float32.confidence`]: ({ of, test }) =>
      confidenceOf(of(name), attacked(of(name), test, 0.25, FLOAT32), { onMistakes: true }),
    [`${prefix}.rubbish.error`]: (world) => share(noise(world).map((p) => p > 0.5)),
    [`${prefix}.rubbish.confidence`]: (world) => 100 * mean(noise(world).filter((p) => p > 0.5)),
  };
}

/** Those of a family whose gradient is not computed again here: the library's attack, measured by plain loops. */
export function byLibrary(prefix: string, name: string): Pins {
  const moved = ({ of, test }: World, gradient?: "float32") =>
    rowsOf(fgsm(of(name), asBatch(test), { epsilon: 0.25, gradient }));
  return {
    [`${prefix}.fgsm in float32.error`]: (world) => errorOf(world.of(name), moved(world, "float32")),
    [`${prefix}.fgsm in float32.confidence`]: (world) =>
      confidenceOf(world.of(name), moved(world, "float32"), { onMistakes: true }),
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(name), test),
    [`${prefix}.clean.confidence`]: ({ of, test }) => confidenceOf(of(name), test),
    [`${prefix}.fgsm.error`]: (world) => errorOf(world.of(name), moved(world)),
    [`${prefix}.fgsm.confidence`]: (world) =>
      confidenceOf(world.of(name), moved(world), { onMistakes: true }),
  };
}

/** Error of networks trained on something under their own attack, and on their own training examples. */
export function controlPins(prefix: string, key: string): Pins {
  return {
    [`${prefix}.fgsm.error`]: ({ of, test }) => errorOf(of(key), attacked(of(key), test)),
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(key), test),
    [`${prefix}.training error`]: ({ of, train }) => errorOf(of(key), train),
    [`${prefix}.activation`]: ({ of, test }) =>
      Math.sqrt(mean(test.x.flatMap((row) => firstLayer(of(key), row).map((h) => h * h)))),
  };
}
