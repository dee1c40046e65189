/** `deno task bench queue`: what a queue costs, and how many tiny jobs it takes. @module */

import { command } from "../../cli/command.ts";
import { table } from "../../cli/outputs.ts";
import { choicesOf, integerOption, integersOption } from "../../cli/options.ts";
import { experiments } from "../../../src/paper/mod.ts";
import { machine, machineLine } from "../machine.ts";
import { type Seen, tinyByQueue, tinyInProcess } from "./tiny.ts";
import { type Round, type Took, whole } from "./whole.ts";

/** Measures the queue; needs `redis-server`. */
export const queue = command({
  name: "bench queue",
  summary: "measure what a queue costs beside one process, and many tiny jobs; needs redis-server",
  options: {
    only: choicesOf(["whole", "tiny"], { help: "parts to run; by default both" }),
    workers: integersOption({ help: "numbers of workers", min: 1, default: [1, 2, 4] }),
    rounds: integerOption({ help: "rounds of a reproduction", min: 1, default: 5 }),
    experiments: choicesOf(experiments.map(({ id }) => id), {
      help: "experiments of the reproduction",
      default: ["softmax", "maxout"],
    }),
    maxEpochs: integerOption({ help: "epochs of its trainings, at most", min: 1, default: 4 }),
    jobs: integerOption({ help: "tiny jobs", min: 10, default: 10_000 }),
  },
  examples: ["bench queue", "bench queue --only tiny --workers 2 --jobs 1000"],
  async run({ only = ["whole", "tiny"], workers, rounds, maxEpochs, jobs, ...values }, context) {
    context.print(`${machineLine(await machine())}\n`);
    for (const count of only.includes("whole") ? workers : []) {
      const found: Round[] = [];
      using progress = context.progress(`whole, ${count} workers`);
      await whole({
        ...{ only: values.experiments, maxEpochs, workers: count, rounds },
        onRound(round) {
          progress.update(found.push(round) / rounds);
          progress.end();
          context.print(roundLine(round));
        },
      });
      progress.end();
      context.print(costs(found));
    }
    for (const count of only.includes("tiny") ? workers : []) {
      for (const [where, tiny] of [["in process", tinyInProcess], ["by a queue", tinyByQueue]] as const) {
        context.print(`${jobs} tiny jobs ${where}, workers: ${count}`);
        await tiny({ count: jobs, workers: count, onSeen: (seen) => context.print(inLine(seen)) });
      }
    }
    return 0;
  },
});

/** Printed after each round, so that an interrupted run still has results. */
function roundLine({ workers, alone, queued }: Round): string {
  const took = ({ wall, processor }: Took) => `${wall.toFixed(2)} s (${processor.toFixed(2)} of processors)`;
  return `${workers} at a time: one process ${took(alone)}, by a queue ${took(queued)}`;
}

/** Medians of rounds with the same number of workers. */
function costs(rounds: readonly Round[]): string {
  const row = (name: string, of: (round: Round) => number, digits: number) => {
    const all = rounds.map(of).sort((a, b) => a - b);
    const [least, middle, most] = [all[0], median(all), all.at(-1)!].map((each) => each.toFixed(digits));
    return [name, middle, least, most];
  };
  const seconds = (name: string, of: (round: Round) => number) => row(name, of, 2);
  const ratio = (name: string, of: (round: Round) => number) => row(name, of, 3);
  return `${
    table([
      [`workers: ${rounds[0].workers}; rounds: ${rounds.length}`, "median", "least", "most"],
      seconds("one process, s", ({ alone }) => alone.wall),
      seconds("by a queue, s", ({ queued }) => queued.wall),
      ratio("ratio by the clock", ({ alone, queued }) => queued.wall / alone.wall),
      seconds("one process, s of processors", ({ alone }) => alone.processor),
      seconds("by a queue, s of processors", ({ queued }) => queued.processor),
      ratio("ratio of processors", ({ alone, queued }) => queued.processor / alone.processor),
    ])
  }\n`;
}

function median(sorted: readonly number[]): number {
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function inLine({ jobs, rate, rss, heap }: Seen): string {
  const [memory, values] = [rss, heap].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  return `${`${jobs}`.padStart(7)}: ${Math.round(rate)} a second, memory ${memory}, of values ${values}`;
}
