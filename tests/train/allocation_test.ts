import { assertEquals } from "@std/assert";
import { perturbation } from "../../src/attacks/perturbations.ts";
import { fgsm, pgd, signNoise } from "../../src/attacks/mod.ts";
import { type Batch, select } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import type { Family } from "../../src/models/family.ts";
import { cnn, logistic, maxout, mlp, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { heap } from "../../src/runtime/variants.ts";
import { train } from "../../src/train/mod.ts";
import { CLASSES, examples, INPUTS } from "./support.ts";

/** How often `work` makes a Float32Array with memory of its own, or a matrix in WebAssembly memory. */
async function allocations(work: () => Promise<unknown>): Promise<{ arrays: number; matrices: number }> {
  const count = { arrays: 0, matrices: 0 };
  const own = Float32Array, home = heap();
  globalThis.Float32Array = new Proxy(own, {
    construct(target, [first, ...rest], to) {
      if (!(first instanceof ArrayBuffer || first instanceof SharedArrayBuffer)) count.arrays++;
      return Reflect.construct(target, [first, ...rest], to);
    },
  });
  const make = home.matrix.bind(home);
  home.matrix = (rows, cols) => {
    count.matrices++;
    return make(rows, cols);
  };
  try {
    await work();
  } finally {
    globalThis.Float32Array = own;
    home.matrix = make;
  }
  return count;
}

/** Moves every input, in memory that it keeps. */
function moving(): Perturbation {
  const kept = matrix(10, INPUTS);
  return {
    name: "moving",
    apply(_, { x }) {
      for (let i = 0; i < kept.data.length; i++) kept.data[i] = x.data[i] + 0.1;
      return kept;
    },
  };
}

/** Attacks that training meets, in steps and norms. */
const attacks: readonly (() => Perturbation)[] = [
  () => perturbation(fgsm, { epsilon: 0.1 }),
  () => perturbation(fgsm, { epsilon: 0.1, norm: "L2", bounds: [0, 1] }),
  () => perturbation(pgd, { epsilon: 0.1, steps: 3, bounds: [0, 1] }),
  () => perturbation(signNoise, { epsilon: 0.1 }),
];

const sizes = { inputs: INPUTS, classes: CLASSES };
const families: readonly Family[] = [
  softmaxLinear(sizes),
  logistic({ inputs: INPUTS }),
  maxout({ ...sizes, units: [6, 5], pieces: 3 }),
  mlp({ ...sizes, units: [6, 5] }),
  rbf({ ...sizes, precision: 2 }),
  cnn({ ...sizes, image: [1, INPUTS, 1], channels: [3], kernel: 2 }),
];

Deno.test("a step of train(), perturbed or not, makes no array and no matrix", async () => {
  const all = examples(800);
  for (const family of families) {
    for (const make of [() => undefined, moving, ...attacks]) {
      const of = (rows: number) => {
        const known = [...all.labels.keys()].filter((i) => all.labels[i] < family.classes).slice(0, rows);
        const data: Batch = { ...select(all, known), classes: family.classes };
        // its own memory is made once
        const against = make();
        return allocations(async () =>
          (await train(family, data, { epochs: 1, batchSize: 10, ...(against && { perturbation: against }) }))
            [Symbol.dispose]()
        );
      };
      // long enough for allocations at first use, after a run for those made once in a program
      await of(20);
      const few = await of(200);
      assertEquals(await of(400), few, `${family.name} ${make()?.name}`);
    }
  }
});
