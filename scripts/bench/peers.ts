/** `deno task bench peers`. @module */

import { command, type Context } from "../cli/command.ts";
import { choice, choicesOf, flag, integersOption, text } from "../cli/options.ts";
import { reason, UserError } from "../errors.ts";
import { checkWritable, writeFileWhole } from "../files.ts";
import { configsOf, prepareThreads } from "./configs.ts";
import { machine, machineLine } from "./machine.ts";
import { FULL, interrupted, measure, QUICK, type Subject } from "./measure.ts";
import { gibbon } from "./peers/gibbon.ts";
import { mlMatrix } from "./peers/ml_matrix.ts";
import { onnx } from "./peers/onnx.ts";
import type { Peer } from "./peers/peer.ts";
import { python } from "./peers/python.ts";
import { tfjs } from "./peers/tfjs.ts";
import { type Row, rowsOf } from "./rows.ts";
import { table } from "./table.ts";
import { type Workload, workloads } from "./works.ts";

/** Libraries to compare with. */
const LIBRARIES = ["pytorch", "numpy", "tfjs-wasm", "onnxruntime-web", "tfjs-cpu", "ml-matrix"] as const;

/** The benchmark of Gibbon beside other libraries. */
export const peers = command({
  name: "bench peers",
  summary: "measure the same work in other libraries",
  options: {
    only: choicesOf(["products", "training", "attacking", "images"], {
      help: "kinds of work; by default all",
    }),
    with: choicesOf(LIBRARIES, { help: "libraries to compare with; by default all that are installed" }),
    python: text({ help: "Python that has torch or numpy", placeholder: "PATH", default: "python3" }),
    kernels: choice(["baseline", "relaxed"], { help: "build of the kernels", default: "relaxed" }),
    threads: integersOption({ help: "numbers of threads, of Gibbon and of Python", min: 1, default: [1] }),
    pythonThreads: integersOption({ help: "numbers of threads of Python, if others", min: 1 }),
    quick: flag("one quick round at smaller sizes, to try the command; its times do not count"),
    json: text({ help: "file for the figures", placeholder: "FILE" }),
  },
  examples: ["bench peers --python venv/bin/python --threads 1,2 --json peers.json"],
  async run({ only, with: asked = LIBRARIES, kernels, threads, quick, json, ...rest }, context) {
    if (json !== undefined) await checkWritable(json);
    return await context.interruptible(async (signal) => {
      const on = await machine();
      context.print(machineLine(on));
      const units = quick ? 24 : undefined;
      const ours = (await prepareThreads(configsOf([kernels], threads))).map((config) => ({
        config,
        peer: gibbon(config, units),
      }));
      const others = await load(
        asked,
        { program: rest.python, threads: rest.pythonThreads ?? threads },
        context,
      );
      const rows: Row[] = [];
      using progress = context.progress("bench peers");
      try {
        const all = Object.entries(workloads({ quick, units }));
        const parts = all.filter(([part]) => !only || only.includes(part));
        for (const [i, [part, list]] of parts.entries()) {
          const found: Row[] = [];
          for (const work of list) {
            const subjects = await subjectsOf(work, ours, others, context);
            const timings = await measure(
              subjects,
              quick ? QUICK : FULL,
              (done, doing) => {
                if (signal.aborted) throw interrupted("bench peers", parts.slice(i).map(([part]) => part));
                progress.update(done, `${part}: ${doing}`);
              },
            );
            found.push(...rowsOf(part, subjects, timings));
          }
          progress.end();
          context.print(`\n${table(found)}`);
          rows.push(...found);
        }
      } finally {
        for (const { close } of others) await close?.();
      }
      context.print(
        "\nLast column: time in parts of Gibbon's on as many threads, or on one; above 1 Gibbon is faster.",
      );
      const about = others.map(({ name, about, threads }) => ({ name, about, threads }));
      const report = { machine: on, quick, peers: about, rows };
      if (json !== undefined) await writeFileWhole(json, `${JSON.stringify(report, null, 2)}\n`);
      return 0;
    });
  },
});

/** The libraries that can be loaded, each with its version; for the others the reason is printed. */
async function load(
  asked: readonly string[],
  { program, threads }: { program: string; threads: readonly number[] },
  context: Context,
): Promise<Peer[]> {
  const all: Peer[] = [];
  const attempt = async (names: readonly string[], start: () => Promise<readonly Peer[]>) => {
    if (!names.some((name) => asked.includes(name))) return;
    try {
      const found = await start();
      for (const { name, about, threads } of found) {
        if (asked.includes(name)) {
          context.print(`${name}: ${about}${threads > 1 ? `, ${threads} threads` : ""}`);
        }
      }
      all.push(...found);
      const missing = names.filter((name) =>
        asked.includes(name) && !found.some((peer) => peer.name === name)
      );
      for (const name of missing) context.print(`${name} is left out: ${program} does not have it`);
    } catch (error) {
      context.print(`${names.join(", ")} left out: ${reason(error)}`);
    }
  };
  for (const count of threads) await attempt(["pytorch", "numpy"], () => python(program, count));
  await attempt(["tfjs-wasm"], async () => [await tfjs("wasm")]);
  await attempt(["onnxruntime-web"], async () => [await onnx()]);
  await attempt(["tfjs-cpu"], async () => [await tfjs("cpu")]);
  await attempt(["ml-matrix"], async () => [await mlMatrix()]);
  return all.filter(({ name, close }) => asked.includes(name) || close !== undefined);
}

/** The libraries that do the work, Gibbon first. A wrong result of another library is reported and not timed. */
async function subjectsOf(
  work: Workload,
  ours: readonly { config: Subject["config"]; peer: Peer }[],
  others: readonly Peer[],
  context: Context,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const { name, unit, amount } = work;
  for (const { config, peer } of ours) {
    const by = { library: peer.name, threads: peer.threads };
    let sample = await work.by(peer);
    if (!sample) throw new UserError(`Cannot compare at ${name}: Gibbon does not do it`);
    const restart = async () => void (sample = await work.by(peer));
    subjects.push({ name, unit, amount, config, by, restart, sample: (calls) => sample!(calls) });
  }
  const own = [...subjects];
  for (const peer of others) {
    if (work.heavy && peer.slow) continue;
    try {
      const sample = await work.by(peer);
      const against = own.find(({ by }) => by!.threads === peer.threads) ?? own[0];
      const by = { library: peer.name, threads: peer.threads };
      if (sample) subjects.push({ name, unit, amount, by, sample, against });
    } catch (error) {
      context.print(`${peer.name} is left out of ${name}: ${reason(error)}`);
    }
  }
  return subjects;
}
