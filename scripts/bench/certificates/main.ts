/**
 * Certifies a model on data, spread over workers, and prints how long it took:
 *
 * `deno run -P=bench scripts/bench/certificates/main.ts --model FILE --images IDX --labels IDX --epsilon 0.1`
 *
 * With `--points 1000000` it then shows the model that many random points of the boxes that were certified, half of them
 * corners, and tells how many it gets wrong.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import {
  type Batch,
  type Certificate,
  constraint,
  idxBatch,
  loadModel,
  matrix,
  type Model,
  predict,
  slice,
} from "../../../src/mod.ts";
import { rowsOf } from "../../../src/matrix.ts";
import { fillUniform, rng } from "../../../src/rng.ts";
import { allPairs } from "../../../src/certify/cascade.ts";
import type { Answer, Order, Setting } from "./messages.ts";

/** Examples that a worker certifies at a time. */
const CHUNK = 50;

/** A worker that has been told the setting, as a function from orders to answers. */
function hire(setting: Setting): { ask(order: Order): Promise<Answer>; end(): void } {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.postMessage({ kind: "begin", setting } satisfies Order);
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(order);
      }),
    end: () => worker.terminate(),
  };
}

/** What came of it. */
interface Outcome {
  readonly examples: readonly Certificate[];
  readonly globalSeconds: number;
  readonly attackSeconds: number;
  readonly seconds: number;
}

/** The certificates of `examples` by so many workers. */
async function spread(
  setting: Setting,
  examples: Batch,
  { jobs, shared }: { jobs: number; shared: boolean },
): Promise<Outcome> {
  const start = performance.now();
  const workers = Array.from({ length: jobs }, () => hire(setting));
  let global: Float64Array | undefined;
  if (shared) {
    const pairs = allPairs(examples.classes);
    const tables = await Promise.all(
      workers.map(({ ask }, k) => ask({ kind: "global", pairs: pairs.filter((_, i) => i % jobs === k) })),
    );
    global = tables.map((answer) => answer.kind === "global" ? answer.table : new Float64Array())
      .reduce((a, b) => a.map((value, i) => Math.min(value, b[i])));
  }
  const globalSeconds = (performance.now() - start) / 1000;
  const found: Certificate[] = [];
  let next = 0, attacking = 0;
  await Promise.all(workers.map(async ({ ask, end }) => {
    while (next < examples.labels.length) {
      const first = next;
      next += CHUNK;
      const { x, labels } = slice(examples, first, next);
      const answer = await ask({ kind: "rows", first, rows: { x: x.data.slice(), labels }, global });
      if (answer.kind !== "rows") continue;
      attacking += answer.attacking;
      answer.examples.forEach((each, i) => found[first + i] = each);
    }
    end();
  }));
  return {
    examples: found,
    globalSeconds,
    attackSeconds: attacking / 1000,
    seconds: (performance.now() - start) / 1000,
  };
}

/** What each option is when it is left out. */
const DEFAULTS = {
  model: "",
  images: "",
  labels: "",
  epsilon: "0.1",
  norm: "Linf",
  method: "semidefinite",
  jobs: "2",
  examples: "10000",
  restarts: "0",
  "time-limit": "10",
  shared: "true",
  points: "0",
};

/** How many of so many points of certified boxes, the same number of each, the model gets wrong. */
function wrongPoints(
  model: Model,
  { x, labels }: Batch,
  { examples, points, epsilon }: { examples: readonly Certificate[]; points: number; epsilon: number },
): { tried: number; wrong: number } {
  const rows = examples.flatMap(({ certified }, i) => certified ? [i] : []);
  const each = Math.ceil(points / Math.max(rows.length, 1)), from = rng(1), inputs = x.cols;
  const drawn = matrix(Math.min(each, 1000), inputs);
  let [tried, wrong] = [0, 0];
  for (const i of rows) {
    const limits = constraint(inputs, { epsilon, bounds: [0, 1] });
    const own = matrix(drawn.rows, inputs);
    for (let k = 0; k < drawn.rows; k++) own.data.set(rowsOf(x, i, i + 1).data, k * inputs);
    for (let left = each; left > 0; left -= drawn.rows) {
      const corners = tried % 2000 === 0;
      fillUniform(drawn, from.split(tried), { lo: -1, hi: 1 });
      for (let k = 0; k < drawn.data.length; k++) {
        drawn.data[k] = own.data[k] + epsilon * (corners ? Math.sign(drawn.data[k]) : drawn.data[k]);
      }
      limits.project(drawn, own);
      for (const c of predict(model, drawn).predicted) wrong += Number(c !== labels[i]);
      tried += drawn.rows;
    }
  }
  return { tried, wrong };
}

if (import.meta.main) {
  const args = { ...DEFAULTS, ...parseArgs(Deno.args, { string: Object.keys(DEFAULTS) }) } as typeof DEFAULTS;
  const model = await Deno.readFile(args.model);
  const read = (path: string) => Deno.readFile(path);
  const all = idxBatch(await read(args.images), await read(args.labels));
  const examples = slice(all, 0, Number(args.examples));
  const setting: Setting = {
    model,
    constraint: { epsilon: Number(args.epsilon), norm: args.norm as "Linf" | "L2", bounds: [0, 1] },
    method: args.method as Setting["method"],
    timeLimit: Number(args["time-limit"]),
    restarts: Number(args.restarts),
  };
  using loaded = loadModel(model);
  const jobs = Number(args.jobs);
  const outcome = await spread(setting, { ...examples, classes: loaded.classes }, {
    jobs,
    shared: args.shared === "true",
  });
  const n = examples.labels.length;
  const share = (of: (each: Certificate) => boolean) => 100 * outcome.examples.filter(of).length / n;
  const by: Record<string, number> = {};
  for (const { certified, falsified, method } of outcome.examples) {
    const key = `${certified ? "certified" : falsified ? "falsified" : "open"} ${method ?? ""}`.trim();
    by[key] = (by[key] ?? 0) + 1;
  }
  console.log(`${setting.method}, ${n} examples, ${jobs} workers`);
  console.log(
    `error found ${share((e) => e.falsified).toFixed(2)} %, not excluded ${
      share((e) => !e.certified).toFixed(2)
    } %`,
  );
  console.log(
    `${outcome.seconds.toFixed(1)} s: global table ${outcome.globalSeconds.toFixed(1)} s, attack ${
      outcome.attackSeconds.toFixed(1)
    } s of all workers`,
  );
  console.log(by);
  const points = Number(args.points);
  if (points > 0) {
    const { epsilon } = setting.constraint;
    const { tried, wrong } = wrongPoints(loaded, examples, { examples: outcome.examples, points, epsilon });
    console.log(`${tried} random points of certified boxes: ${wrong} misclassified`);
  }
}
