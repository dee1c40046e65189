/** The work that libraries are compared at: each library does it in turn, and its result is verified. @module */

import * as reference from "../../tests/reference/mod.ts";
import { slice } from "../../src/mod.ts";
import type { Subject } from "./measure.ts";
import {
  attackedFamilies,
  checkLongAttack,
  checkSameUpdate,
  checkSteps,
  checkUpdate,
  EPSILON,
  longAttack,
  recipes,
  REFERENCE_EXAMPLES,
  tensorsOf,
} from "./models.ts";
import { images, uniformFloats } from "./part.ts";
import { type Attacked, isConvolutional, isWalked, type Peer, type Trained } from "./peers/peer.ts";
import { type Shape, shapes } from "./products.ts";
import { checkClose } from "./verify.ts";

/** Something that several libraries can do. */
export interface Workload extends Pick<Subject, "name" | "unit" | "amount"> {
  /** Whether it takes too long in plain JavaScript. */
  readonly heavy: boolean;
  /** Prepares `peer` for it and verifies its result; undefined if it cannot do such work. */
  by(peer: Peer): Promise<Subject["sample"] | undefined>;
}

/** The works of each kind. `units` are those of the hidden layers; default the published ones. */
export function workloads({ quick, units }: { quick: boolean; units?: number }): Record<string, Workload[]> {
  const [trained, attacked] = [["softmax", "maxout", "adversarial", "rbf"], [
    "softmax",
    "maxout",
    "relu",
  ]] as const;
  return {
    products: shapes(quick).map(product),
    training: trained.map((what) => training(what, units)),
    attacking: attacked.map((what) =>
      attack(what, { units, count: quick ? 300 : what === "relu" ? 1000 : 10000 })
    ),
    images: (["cnn3", "cnn5"] as const).flatMap((what) => [
      training(what, units),
      attack(what, { units, count: 100 }),
    ]),
  };
}

function product(shape: Shape): Workload {
  const { name, form, m, n, k } = shape;
  const [a, b] = [uniformFloats(m * k), uniformFloats(k * n)];
  const rows = form === "gemmTN" ? m : Math.min(m, 32);
  let wanted: Float64Array | undefined;
  return {
    name,
    unit: "GFLOP/s",
    amount: 2 * m * n * k,
    heavy: m * n * k > 2 ** 28,
    async by(peer) {
      const ready = await peer.product?.(shape, a, b);
      if (!ready) return;
      if (!wanted) {
        wanted = new Float64Array(rows * n);
        reference[form](wanted, Float64Array.from(a), Float64Array.from(b), 0, rows, n, k);
      }
      checkClose(`${name} by ${peer.name}`, ready.result, wanted);
      return ready.sample;
    },
  };
}

function training(what: Trained, units?: number): Workload {
  const { family, options } = recipes(units)[what];
  const [tensors, batch] = [tensorsOf(family), images(1000)];
  const size = family.recipe.batchSize;
  return {
    name: `${what}, batch ${size}`,
    unit: "ms",
    amount: 1,
    heavy: false,
    async by(peer) {
      const ready = await peer.training?.(what, tensors, batch);
      if (!ready) return;
      const title = `a step of ${what} by ${peer.name}`, first = slice(batch, 0, size);
      if (isConvolutional(what)) {
        await checkSameUpdate(title, ready.result, first, { family, tensors, options });
      } else {
        const epsilon = what === "adversarial" ? EPSILON : undefined;
        checkUpdate(title, ready.result, first, { tensors, epsilon });
      }
      return ready.sample;
    },
  };
}

function attack(what: Attacked, { units, count }: { units?: number; count: number }): Workload {
  const family = attackedFamilies(units)[what];
  const [tensors, batch] = [tensorsOf(family), images(count)];
  const few = slice(batch, 0, REFERENCE_EXAMPLES);
  const own = longAttack(what);
  const by = isWalked(what) ? `pgd of ${own.steps} steps` : "fgsm";
  return {
    name: `${by}, ${what}, ${count} images`,
    unit: "ms",
    amount: 1,
    heavy: isWalked(what) || what === "maxout" && count > 1000,
    async by(peer) {
      const ready = await peer.attack?.(what, tensors, batch);
      if (!ready) return;
      const title = `${by} on ${what} by ${peer.name}`;
      if (isWalked(what)) checkLongAttack(title, ready.result, few, { family, tensors, attack: own });
      else checkSteps(title, ready.result, few, tensors);
      return ready.sample;
    },
  };
}
