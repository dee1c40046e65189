/** Gibbon behind the interface of the other libraries. @module */

import { type Batch, fgsm, model, pgd, slice, type Tensors } from "../../../src/mod.ts";
import { type Config, start } from "../configs.ts";
import { repeated } from "../measure.ts";
import { ATTACK, attackedFamilies, longAttack, plainStep, recipes } from "../models.ts";
import { steps } from "../training.ts";
import { prepare } from "../verify.ts";
import { type Attacked, isWalked, type Peer, type Trained } from "./peer.ts";

/** Gibbon on these kernels. */
export function gibbon(config: Config, units: number | undefined): Peer {
  const { kernels, threads } = config;
  return {
    name: "gibbon",
    about: `${kernels} kernels`,
    threads,
    product({ name, form, m, n, k }, a, b) {
      const heap = start(config);
      const ready = prepare({
        name,
        kernel: form,
        operands: [new Float32Array(m * n), a, b],
        scalars: [0, m, n, k],
        unit: "GFLOP/s",
        amount: 2 * m * n * k,
      }, heap);
      ready.call();
      return Promise.resolve({ result: ready.outputs()[0], sample: repeated(ready.call) });
    },
    async training(what: Trained, tensors: Tensors, batch: Batch) {
      start(config);
      const { family, options } = recipes(units)[what];
      const first = slice(batch, 0, family.recipe.batchSize);
      using trained = await plainStep(family, { tensors, batch: first, options });
      return { result: trained.tensors(), sample: steps({ family, data: batch, options }) };
    },
    attack(what: Attacked, tensors: Tensors, batch: Batch) {
      start(config);
      const made = model(attackedFamilies(units)[what], { tensors });
      const call = () =>
        isWalked(what) ? pgd.perturb(made, batch, longAttack(what)) : fgsm.perturb(made, batch, ATTACK);
      return Promise.resolve({ result: call().data, sample: repeated(() => void call()) });
    },
  };
}
