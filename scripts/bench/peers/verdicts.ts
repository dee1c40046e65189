/**
 * Attacks and bounds beside those of other toolkits on the same weights and examples, on one thread:
 *
 * `deno run -P=bench scripts/bench/peers/verdicts.ts --what autoattack --python VENV/bin/python --model FILE --data DIR`
 *
 * - `autoattack`: the cascade `standard` and AutoAttack of torchattacks: error and time;
 * - `minimal`: the L2 lengths of minimal attacks, beside those of Foolbox and adversarial-library (adv-lib);
 * - `crown`: CROWN and auto_LiRPA: bounds and time; `semidefinite`: our bound and jax_verify's SDP-FO: the same.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { parseArgs } from "@std/cli";
import { boundChain } from "../../../src/certify/crown.ts";
import type { Chain, LinearLayer } from "../../../src/certify/chain.ts";
import { differences } from "../../../src/certify/exact_linear.ts";
import { type Form, formOf } from "../../../src/certify/form.ts";
import { halfBilinear } from "../../../src/certify/hidden.ts";
import { neighborhood } from "../../../src/certify/neighborhood.ts";
import { bilinearMaximum } from "../../../src/certify/semidefinite.ts";
import { substituted } from "../../../src/certify/substitution.ts";
import { weightsIn } from "../../../src/certify/weights.ts";
import {
  type Attack,
  attacks,
  type Batch,
  loadModel,
  matrix,
  type Model,
  predict,
  robustness,
  select,
  slice,
} from "../../../src/mod.ts";
import { rowsOf } from "../../../src/matrix.ts";
import { Workspace } from "../../../src/runtime/workspace.ts";
import { loadData } from "../../data/folder.ts";

/** Defaults of the options. */
const DEFAULTS = {
  what: "autoattack",
  python: "python3",
  model: "",
  data: "",
  epsilon: "0.1",
  examples: "1000",
  "cw-steps": "1000",
  "sdp-steps": "600,300,100",
};

type Args = typeof DEFAULTS;

/** Writes the network, the examples and what else Python needs into `folder`. */
async function write(folder: string, form: Form, { x, labels }: Batch, more: object): Promise<void> {
  const numbers: number[] = [];
  const tensor = (shape: number[], data: ArrayLike<number>) => {
    const first = numbers.length;
    for (let i = 0; i < data.length; i++) numbers.push(data[i]);
    return { shape, first };
  };
  const linear = ({ rows, cols, W, b }: LinearLayer | Extract<Form, { kind: "linear" }>["scores"]) => ({
    type: "linear",
    tensors: { W: tensor([rows, cols], W), b: tensor([rows], b) },
  });
  const layers = form.kind === "chain"
    ? form.chain.layers.map((layer) => layer.type === "linear" ? linear(layer) : layer)
    : form.kind === "linear"
    ? [linear(form.scores)]
    : [{
      type: "rbf",
      tensors: {
        mu: tensor([form.scores.rows, form.scores.cols], form.scores.mu),
        beta: tensor([form.scores.rows, form.scores.cols], form.scores.beta),
      },
    }];
  const spec = { layers, x: tensor([x.rows, x.cols], x.data), labels: [...labels], threads: 1, ...more };
  await Deno.writeFile(`${folder}/numbers.bin`, new Uint8Array(Float32Array.from(numbers).buffer));
  await Deno.writeTextFile(`${folder}/net.json`, JSON.stringify(spec));
}

/** What Python's part prints. */
async function peer(args: Args, form: Form, examples: Batch, more: object): Promise<unknown> {
  const folder = await Deno.makeTempDir();
  try {
    await write(folder, form, examples, {
      epsilon: Number(args.epsilon),
      classes: examples.classes,
      cwSteps: Number(args["cw-steps"]),
      sdpSteps: args["sdp-steps"].split(",").map(Number),
      ...more,
    });
    const script = new URL("./verdicts.py", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(args.python, {
      args: [script, args.what, folder],
      env: { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", XLA_FLAGS: "--xla_cpu_multi_thread_eigen=false" },
    }).output();
    const output = new TextDecoder().decode(stdout);
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(output.slice(output.lastIndexOf("\n", output.length - 2) + 1));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const seconds = (start: number) => (performance.now() - start) / 1000;
const percent = (rate: number) => `${(100 * rate).toFixed(2)} %`;

async function autoattack(model: Model, examples: Batch, args: Args): Promise<void> {
  const start = performance.now(), before = cpuUsage();
  const { at: [{ attacked }] } = robustness(model, examples, {
    epsilons: [Number(args.epsilon)],
    bounds: [0, 1],
    certify: "none",
    now: () => performance.now(),
  });
  const { user, system } = cpuUsage(before);
  const ours = {
    errorRate: attacked.errorRate,
    seconds: seconds(start),
    processorSeconds: (user + system) / 1e6,
  };
  const theirs = await peer(args, formOf(model), examples, {}) as typeof ours;
  for (const [name, { errorRate, seconds, processorSeconds }] of Object.entries({ ours, theirs })) {
    // processor time leaves out other programs on the machine
    console.log(
      `${name.padEnd(10)} error ${percent(errorRate)} in ${seconds.toFixed(1)} s, ${
        processorSeconds.toFixed(1)
      } s of processor`,
    );
  }
  for (const { attack, errorRate, seconds } of attacked.byAttack) {
    console.log(`  after ${attack.padEnd(12)} ${percent(errorRate)}  ${seconds!.toFixed(1)} s`);
  }
}

/** Lengths in L2 of an attack's perturbations, null where none was found. */
function lengthsOf(model: Model, examples: Batch, attack: Attack): (number | null)[] {
  const { x, original, fooled } = attack(model, examples, { norm: "L2", epsilon: 1e3, bounds: [0, 1] });
  return Array.from(fooled, (hit, i) => {
    if (!hit) return null;
    const [a, b] = [x, original].map((m) => rowsOf(m, i, i + 1).data);
    return Math.sqrt(a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0));
  });
}

async function minimal(model: Model, examples: Batch, args: Args): Promise<void> {
  const names = ["deepFool", "ddn", "fmn", "carliniWagner", "fab", "lbfgs"] as const;
  const ours: Record<string, { lengths: (number | null)[]; seconds: number }> = {};
  for (const name of names) {
    const start = performance.now();
    const lengths = lengthsOf(model, examples, attacks[name] as object as Attack);
    ours[name] = { lengths, seconds: seconds(start) };
  }
  const theirs = await peer(args, formOf(model), examples, {}) as typeof ours;
  const best = (of: typeof ours) =>
    examples.labels.reduce<number[]>((all, _, i) => {
      all.push(Math.min(...Object.values(of).map(({ lengths }) => lengths[i] ?? Infinity)));
      return all;
    }, []);
  const [own, other] = [best(ours), best(theirs)];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const scale = mean(other);
  for (const [side, all] of Object.entries({ ours, theirs })) {
    for (const [name, { lengths, seconds }] of Object.entries(all)) {
      const found = lengths.filter((each) => each !== null);
      const ratio = lengths.every((each) => each !== null) ? mean(found) / scale : NaN;
      console.log(
        `${side.padEnd(7)}${name.padEnd(22)} mean ${mean(found).toFixed(4)}, ${
          ratio.toFixed(4)
        } of their best, found ${found.length}, ${seconds.toFixed(1)} s`,
      );
    }
  }
  const ratios = own.map((far, i) => far / other[i]);
  console.log(
    `best of ours over best of theirs: ${(mean(own) / scale).toFixed(4)} of the mean; ${
      ratios.filter((r) => r > 1.2).length
    } over 20 % longer, longest ratio ${Math.max(...ratios).toFixed(4)}`,
  );
}

/** The lower bounds of the label's lead on each other class, by rising class, and the time that they took. */
function crownBounds(chain: Chain, { x, labels }: Batch, epsilon: number) {
  using workspace = new Workspace();
  const weights = weightsIn(workspace, chain);
  const start = performance.now();
  const top = chain.layers.at(-1) as LinearLayer;
  const bounds = Array.from(labels, (label, i) => {
    const within = neighborhood(rowsOf(x, i, i + 1).data, { norm: "Linf", epsilon, box: { lo: 0, hi: 1 } });
    const rivals = Array.from({ length: chain.classes }, (_, c) => c).filter((c) => c !== label);
    return Array.from(substituted(boundChain(chain, within, { weights }), differences(top, label, rivals)));
  });
  return { bounds, seconds: seconds(start) };
}

function chainFor(model: Model): Chain {
  const form = formOf(model);
  if (form.kind !== "chain") throw new Error("the model has no hidden layer");
  return form.chain;
}

async function crown(model: Model, examples: Batch, args: Args): Promise<void> {
  const ours = crownBounds(chainFor(model), examples, Number(args.epsilon));
  const theirs = await peer(args, formOf(model), examples, {}) as typeof ours;
  let farthest = 0, above = -Infinity;
  ours.bounds.forEach((row, i) =>
    row.forEach((bound, k) => {
      farthest = Math.max(farthest, Math.abs(bound - theirs.bounds[i][k]));
      above = Math.max(above, bound - theirs.bounds[i][k]);
    })
  );
  const open = (bounds: number[][]) => bounds.filter((row) => row.some((bound) => !(bound > 0))).length;
  console.log(`ours        ${ours.seconds.toFixed(2)} s, ${open(ours.bounds)} of ${ours.bounds.length} open`);
  console.log(`auto_LiRPA  ${theirs.seconds.toFixed(2)} s, ${open(theirs.bounds)} open`);
  console.log(`farthest apart ${farthest.toExponential(2)}, ours above by ${above.toExponential(2)} at most`);
}

/** One pair of classes for each of so many examples that are right and that CROWN leaves open: the nearest rival. */
async function semidefinite(model: Model, examples: Batch, args: Args): Promise<void> {
  const chain = chainFor(model), epsilon = Number(args.epsilon);
  const { bounds } = crownBounds(chain, examples, epsilon);
  const pairs = bounds.flatMap((row, i): [number, number][] => {
    const least = row.indexOf(Math.min(...row));
    return row[least] > 0 ? [] : [[i, least < examples.labels[i] ? least : least + 1]];
  });
  using workspace = new Workspace();
  const ours = pairs.map(([i, rival]) => {
    const start = performance.now();
    const own = rowsOf(examples.x, i, i + 1).data;
    const within = neighborhood(own, { norm: "Linf", epsilon, box: { lo: 0, hi: 1 } });
    const of = halfBilinear(chain, boundChain(chain, within), { label: examples.labels[i], rival });
    const { bound } = bilinearMaximum(of, workspace, { checks: [16, 40, 120], goal: -Infinity });
    return { bound, seconds: seconds(start) };
  });
  const theirs = await peer(args, formOf(model), examples, { pairs }) as typeof ours;
  const total = (all: typeof ours) => all.reduce((sum, each) => sum + each.seconds, 0);
  const certified = (all: typeof ours) => all.filter(({ bound }) => bound < 0).length;
  console.log(
    `ours        ${certified(ours)} of ${pairs.length} pairs certified in ${total(ours).toFixed(2)} s`,
  );
  console.log(
    `jax_verify  ${certified(theirs)} of ${pairs.length} pairs certified in ${total(theirs).toFixed(2)} s`,
  );
  pairs.forEach(([i, rival], k) =>
    console.log(
      `  example ${i} against ${rival}: ours ${ours[k].bound.toFixed(4)}, theirs ${
        theirs[k].bound.toFixed(4)
      }`,
    )
  );
}

if (import.meta.main) {
  const args = { ...DEFAULTS, ...parseArgs(Deno.args, { string: Object.keys(DEFAULTS) }) } as Args;
  using model = loadModel(await Deno.readFile(args.model));
  const { test } = await loadData(args.data, { holdOut: true });
  const all = slice(test, 0, Math.min(test.labels.length, 10 * Number(args.examples)));
  // a misclassified example needs no perturbation and cannot be certified
  const { predicted } = predict(model, matrix(all.x.rows, all.x.cols, all.x.data.slice()));
  const right = Array.from(predicted.keys()).filter((i) => predicted[i] === all.labels[i]);
  const cleanOnly = args.what === "minimal" || args.what === "semidefinite";
  const examples = cleanOnly
    ? select(all, right.slice(0, Number(args.examples)))
    : slice(all, 0, Number(args.examples));
  await ({ autoattack, minimal, crown, semidefinite })[args.what as "crown"]!(model, examples, args);
}
