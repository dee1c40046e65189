/** Conformance case: what hosts in other languages compute too. @module */

import { fgsm, loadModel, saveModel, train, writeSafetensors } from "@gibbon/gibbon";
import { bytesOf, type Case, examples, tensorBytes, trained } from "../case.ts";

/** The families that hosts in other languages know. */
const FAMILIES = ["softmaxLinear", "maxout"];

/** The files that such a host is given, by name: two models, and the examples to attack and to learn from. */
export async function fixture(): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const name of FAMILIES) {
    using model = await trained(name);
    files[`${name}.safetensors`] = saveModel(model);
  }
  const parts = Object.entries(examples()).flatMap(([part, { x, labels }]) => [
    [`${part}.x`, { shape: [x.rows, x.cols], data: x.data }] as const,
    [`${part}.labels`, { shape: [labels.length], data: labels }] as const,
  ]);
  files["examples.safetensors"] = writeSafetensors(Object.fromEntries(parts));
  return files;
}

/** What hosts in other languages do too, from the same files: scores, adversarial examples, an epoch of training. */
export const host: Case = {
  name: "host",
  async run() {
    const files = await fixture();
    const { train: trainSet, test } = examples();
    const outputs: Record<string, Uint8Array> = {};
    for (const name of FAMILIES) {
      using model = loadModel(files[`${name}.safetensors`]);
      outputs[`${name}.scores`] = bytesOf(model.scores(test.x).data);
      outputs[`${name}.adversarial`] = bytesOf(fgsm(model, test, { epsilon: 0.1, bounds: [0, 1] }).x.data);
    }
    using start = loadModel(files["softmaxLinear.safetensors"]);
    using end = await train(start, trainSet, { epochs: 1, seed: 7 });
    return { ...outputs, ...tensorBytes("trained", end) };
  },
};
