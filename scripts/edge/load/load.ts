/** `deno task load`: the examples under load, and what a check costs. @module */

import { type Command, command } from "../../cli/command.ts";
import { choicesOf, flag, integerOption } from "../../cli/options.ts";
import { table } from "../../cli/outputs.ts";
import { runTask } from "../../cli/run.ts";
import { HOSTS, workerdExample } from "../hosts.ts";
import { problemsOf, type Row, runOnHosts } from "../run.ts";
import { type Cost, costOf } from "./cost.ts";
import { emptyWorker } from "./empty.ts";
import { type Loaded, MAX_GROWTH, MAX_RETURN, measureLoad } from "./loaded.ts";

/** What is found of a host. */
interface Found {
  readonly load: Loaded;
  /** In workerd, what a check costs. */
  readonly cost?: Cost;
  /** MB that the process of an empty worker holds under the same requests, mean over the last third of the time. */
  readonly empty?: number;
  /** Bytes of the worker, as they are and compressed. */
  readonly worker?: { readonly bytes: number; readonly gzip: number };
}

/** A port that is almost always free: the inspector does not report which one it took. */
const INSPECTOR = 39_229;

/** Loads the examples. */
export const load: Command = command({
  name: "load",
  summary:
    "Load the example of the edge handler with good, bad and broken requests, and watch answers and memory",
  options: {
    on: choicesOf(HOSTS.map(({ name }) => name), { help: "Hosts", default: ["Deno", "workerd"] }),
    seconds: integerOption({ help: "Seconds of load on each", min: 3, max: 3600, default: 30 }),
    requests: integerOption({
      help: "Checks of one image in workerd, for their cost",
      min: 9,
      default: 9000,
    }),
    onnx: flag(
      "Let the worker of workerd read an ONNX model of 100 kB as it starts, in place of the example's",
    ),
    seed: integerOption({ help: "Seed of the order", min: 0, default: 0 }),
    json: flag("Print one JSON object: the rows"),
  },
  examples: ["load", "load --on workerd --onnx", "load --on workerd --seconds 60 --json"],
  async run({ on, seconds, requests, onnx, seed, json }, context) {
    const rows = await runOnHosts(
      on,
      { title: "load", onnx, context },
      async (host, given, tell): Promise<Found> => {
        const { signal, examples } = given;
        if (host.name !== "workerd") {
          await using server = await host.start(given);
          return { load: await measureLoad(server, { seconds, seed, signal, tell }) };
        }
        const part = (of: number) => (done: number) => tell((of + done) / 3);
        const cost = await costOf(given, { requests, signal, tell: part(0) });
        const options = { seconds, seed, signal };
        await using server = await workerdExample({ ...given, inspector: INSPECTOR });
        const load = await measureLoad(server, { ...options, inspector: INSPECTOR, tell: part(1) });
        await using empty = await emptyWorker(given);
        const { memory } = await measureLoad(empty, { ...options, tell: part(2) });
        const files = Object.values(examples!.worker);
        const sum = (what: "bytes" | "gzip") => files.reduce((sum, file) => sum + file[what], 0);
        return { load, cost, empty: memory.last, worker: { bytes: sum("bytes"), gzip: sum("gzip") } };
      },
    );
    context.print(json ? JSON.stringify({ rows }) : inWords(rows));
    const bad = ({ version, found }: Row<Found>) => version !== undefined && !(found && steady(found.load));
    return Number(rows.some(bad));
  },
});

/** What Cloudflare allows a worker without payment: MB of an isolate, milliseconds of a request, bytes compressed. */
const LIMITS = { memory: 128, processor: 10, gzip: 3_000_000 } as const;

const WITHIN =
  `within Cloudflare's limits of ${LIMITS.memory} MB, ${LIMITS.processor} ms of processor time a request and ${
    LIMITS.gzip / 1e6
  } MB compressed`;

/** Which limits a worker is beyond; nothing if it is no worker. */
function overLimits(host: string, { load, cost, worker }: Found): string[] | undefined {
  if (host !== "workerd" || !cost || !worker) return undefined;
  // of the process, which is more than the isolate and its WebAssembly
  return [
    ...(load.memory.most > LIMITS.memory ? [`${load.memory.most.toFixed(0)} MB`] : []),
    ...(cost.processor > LIMITS.processor ? [`${cost.processor.toFixed(1)} ms`] : []),
    ...(worker.gzip > LIMITS.gzip ? [`${worker.gzip} bytes`] : []),
  ];
}

function steady({ wrong, memory }: Loaded): boolean {
  return wrong.length === 0 && memory.last <= MAX_GROWTH * memory.middle && returned(memory);
}

function returned({ before, after }: Loaded["memory"]): boolean {
  return after <= MAX_RETURN * before;
}

function inWords(rows: readonly Row<Found>[]): string {
  const tested = rows.filter((row) => row.found) as (Row<Found> & { found: Found })[];
  const ms = (value: number) => `${value.toFixed(2)} ms`, mb = (value: number) => `${value.toFixed(0)} MB`;
  const lines = [table([
    [
      "host",
      "version",
      "requests",
      "wrong",
      "valid p50",
      "p99",
      "hostile p50",
      "p99",
      "fresh",
      "before",
      "middle",
      "last",
      "most",
      "after",
      "rested",
    ],
    ...tested.map(({ host, version, found: { load: { valid, hostile, wrong, memory } } }) => [
      host,
      version!,
      `${valid.requests + hostile.requests}`,
      `${wrong.length}`,
      ...[valid.p50, valid.p99, hostile.p50, hostile.p99].map(ms),
      ...[memory.fresh, memory.before, memory.middle, memory.last, memory.most, memory.after].map(mb),
      `${memory.rested.toFixed(0)} s`,
    ]),
  ])];
  for (const { host, found: { load, cost, empty, worker } } of tested) {
    const say = (line: string) => lines.push(`${host}: ${line}`);
    load.wrong.forEach(say);
    if (!(load.memory.last <= MAX_GROWTH * load.memory.middle)) say("memory is not flat");
    if (!returned(load.memory)) say(`memory stays more than ${MAX_RETURN} × that of before`);
    if (load.isolate !== undefined) {
      say(`the isolate held ${mb(load.isolate)} at most, WebAssembly's memory apart`);
    }
    if (empty !== undefined) {
      say(`the process held ${mb(load.memory.last - empty)} more than an empty worker's under the same load`);
    }
    if (cost) {
      say(
        `a check of one image takes ${ms(cost.processor)} of processor time and ${
          ms(cost.wall)
        } in all, beyond ` +
          `an empty worker's ${ms(cost.empty.processor)} and ${ms(cost.empty.wall)}`,
      );
    }
    if (worker) say(`the worker has ${worker.bytes} bytes, ${worker.gzip} compressed`);
    const over = overLimits(host, { load, cost, worker });
    if (over) say(over.length > 0 ? `beyond Cloudflare's limits: ${over.join(", ")}` : WITHIN);
  }
  return [...lines, ...problemsOf(rows)].join("\n");
}

if (import.meta.main) Deno.exit(await runTask(load, Deno.args));
