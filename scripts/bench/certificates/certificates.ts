/** `deno task bench certificates`: a model certified on data by several workers. @module */

import { command } from "../../cli/command.ts";
import { choice, flag, integerOption, number, text } from "../../cli/options.ts";
import { computeSpread, SPREAD, spread } from "../../cli/spread.ts";
import { MEMORY } from "../../jobs/stores.ts";
import { reason, UserError } from "../../errors.ts";
import { loadModel, slice } from "../../../src/mod.ts";
import { METHODS } from "../../../src/certify/options.ts";
import { loadData } from "../../data/folder.ts";
import { logOf } from "./log.ts";
import { countWrong } from "./points.ts";
import { certified } from "./spread.ts";

/** Certifies, and prints how long it took. */
export const certificates = command({
  name: "bench certificates",
  summary: "certify a model on data by several workers, and measure the time",
  options: {
    model: text({ help: "the model", placeholder: "FILE", required: true }),
    data: text({ help: "the data; their test part is certified", placeholder: "DIR", required: true }),
    epsilon: number({ help: "size of the perturbations", above: 0, default: 0.1 }),
    norm: choice(["Linf", "L2"], { help: "norm of the perturbations", default: "Linf" }),
    method: choice(METHODS, { help: "bounds that are tried", default: "semidefinite" }),
    examples: integerOption({ help: "examples, from the first on", min: 1, default: 10_000 }),
    restarts: integerOption({
      help: "restarts of PGD on what the bounds leave open; one more comes before the bounds",
      min: 0,
      default: 0,
    }),
    timeLimit: number({ help: "seconds of branch and bound for an example", above: 0, default: 10 }),
    alone: flag("bound each example alone, without the table that all examples share"),
    ...SPREAD,
    log: text({
      help: "file that keeps the results; a later run skips what it has settled",
      placeholder: "FILE",
    }),
    points: integerOption({
      help: "random points of certified boxes, half of them corners, to classify afterwards",
      min: 0,
      default: 0,
    }),
  },
  examples: ["bench certificates --model rsl18a.safetensors --data mnist --epsilon 0.1 --restarts 40"],
  async run({ model: path, data, epsilon, norm, method, alone, log, points, ...options }, context) {
    const bytes = await Deno.readFile(path).catch((error) => {
      throw new UserError(`Cannot read ${path}: ${reason(error)}`);
    });
    using model = loadModel(bytes);
    const { test } = await loadData(data);
    const examples = { ...slice(test, 0, options.examples), classes: model.classes };
    const { timeLimit, restarts } = options;
    const constraint = { epsilon, norm, bounds: [0, 1] } as const;
    const kept = log === undefined ? undefined : await logOf(log, { model: bytes, constraint });
    await computeSpread(options);
    await using spreading = await spread(options, {
      inputs: { model: bytes, examples },
      own: MEMORY,
      context,
    });
    using progress = context.progress(method);
    const outcome = await context.interruptible((signal) =>
      certified({ constraint, method, timeLimit, restarts }, examples, {
        spreading,
        inAll: !alone,
        settled: kept?.settled ?? new Map(),
        found(row, certificate, done) {
          kept?.append(row, certificate);
          progress.update(done);
        },
        signal,
      })
    );
    progress.end();
    const share = (count: number) => `${(100 * count / outcome.examples.length).toFixed(2)} %`;
    const count = (of: (typeof outcome.examples)[number]) =>
      `${of.certified ? "certified" : of.falsified ? "falsified" : "open"} ${of.method ?? ""}`.trim();
    const counts: Record<string, number> = {};
    for (const each of outcome.examples) counts[count(each)] = (counts[count(each)] ?? 0) + 1;
    context.print(`${method}, ${outcome.examples.length} examples, ${spreading.slots} at a time`);
    context.print(
      `error found ${share(outcome.examples.filter((e) => e.falsified).length)}, not excluded ${
        share(outcome.examples.filter((e) => !e.certified).length)
      }`,
    );
    context.print(
      `${outcome.seconds.toFixed(1)} s, of them the table for all ${outcome.tableSeconds.toFixed(1)} s`,
    );
    for (const [key, value] of Object.entries(counts)) context.print(`${`${value}`.padStart(7)} ${key}`);
    if (points > 0) {
      const { tried, wrong } = countWrong(model, examples, { ...outcome, points, epsilon });
      context.print(`${tried} random points of certified boxes: ${wrong} misclassified`);
    }
    return 0;
  },
});
