/**
 * Trains networks of one hidden layer of 100 units, plain and against PGD, and brackets their error in the worst case:
 *
 * `deno run -P=bench scripts/bench/brackets.ts --data DIR --epsilon 0.02,0.05,0.1 [--trained 0.1] [--epochs 6] [--examples 120]`
 *
 * With `--out DIR` it keeps the networks, and loads those that exist; `--only relu-pgd` measures only that one.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import {
  type Batch,
  type Family,
  loadModel,
  maxout,
  mlp,
  type Model,
  perturbation,
  pgd,
  robustness,
  saveModel,
  slice,
  train,
} from "../../src/mod.ts";
import { loadData } from "../data/folder.ts";

/** Defaults of the options. */
const DEFAULTS = {
  data: "digits",
  epsilon: "0.02,0.05,0.1",
  trained: "0.1",
  epochs: "6",
  examples: "120",
  effort: "standard",
  certify: "complete",
  out: "",
  only: "",
};

/** Steps of the attack in training. */
const STEPS = 7;

/** Networks by name, for so many inputs and classes. */
const NETWORKS: Readonly<Record<string, (sizes: { inputs: number; classes: number }) => Family>> = {
  relu: (sizes) => mlp({ ...sizes, units: [100] }),
  maxout2: (sizes) => maxout({ ...sizes, units: [100], pieces: 2 }),
  maxout5: (sizes) => maxout({ ...sizes, units: [100], pieces: 5 }),
};

/** The network: loaded from `path` if that exists, else trained and saved there if a path is given. */
async function network(
  family: Family,
  data: Batch,
  { epochs, epsilon, path }: { epochs: number; epsilon: number; path?: string },
): Promise<Model> {
  const kept = path && await Deno.readFile(path).catch(() => undefined);
  if (kept) return loadModel(kept);
  const against = epsilon > 0
    ? { perturbation: perturbation(pgd, { epsilon, bounds: [0, 1], steps: STEPS }), alpha: 0 }
    : {};
  const made = await train(family, data, { epochs, seed: 1, ...against });
  if (path) await Deno.writeFile(path, saveModel(made));
  return made;
}

if (import.meta.main) {
  const args = { ...DEFAULTS, ...parseArgs(Deno.args, { string: Object.keys(DEFAULTS) }) } as typeof DEFAULTS;
  const { train: data, test } = await loadData(args.data, { holdOut: true });
  const examples = slice(test, 0, Number(args.examples));
  const now = () => performance.now();
  const { length } = examples.labels;
  console.log(
    `${args.data}, first ${length} test examples, [0, 1], L∞, ${args.effort}, ${args.epochs} epochs`,
  );
  console.log("network      trained  epsilon  clean %  attacked %  certified %  gap  seconds");
  for (const [name, make] of Object.entries(NETWORKS)) {
    for (const trained of [0, Number(args.trained)]) {
      if (args.only && args.only !== `${name}-${trained > 0 ? "pgd" : "plain"}`) continue;
      const family = make({ inputs: data.x.cols, classes: data.classes });
      const path = args.out && `${args.out}/${name}-${trained > 0 ? "pgd" : "plain"}.safetensors`;
      using model = await network(family, data, { epochs: Number(args.epochs), epsilon: trained, path });
      for (const epsilon of args.epsilon.split(",").map(Number)) {
        const start = now();
        const { clean, at: [{ attacked, certified }] } = robustness(model, examples, {
          epsilons: [epsilon],
          bounds: [0, 1],
          effort: args.effort as "standard",
          certify: args.certify as "complete",
          now,
        });
        const percent = (rate: number) => (100 * rate).toFixed(2);
        console.log([
          name.padEnd(12),
          (trained > 0 ? `PGD ${trained}` : "plain").padEnd(8),
          `${epsilon}`.padStart(7),
          percent(clean.errorRate).padStart(8),
          percent(attacked.errorRate).padStart(11),
          percent(certified!.errorRate).padStart(12),
          percent(certified!.errorRate - attacked.errorRate).padStart(4),
          ((now() - start) / 1000).toFixed(1).padStart(8),
        ].join(" "));
      }
    }
  }
}
