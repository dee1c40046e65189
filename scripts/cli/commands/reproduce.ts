/** `gibbon reproduce`. @module */

import { type Batch, digits, kernels } from "../../../src/mod.ts";
import { executorOf } from "../../../src/jobs/executor.ts";
import { KEPT } from "../../../src/jobs/mod.ts";
import { type BudgetName, budgets } from "../../../src/paper/budgets.ts";
import {
  experiments,
  prepare,
  reproduce as run,
  type RunResult,
  type Scope,
} from "../../../src/paper/mod.ts";
import type { Executor } from "../../../src/paper/executor.ts";
import { trainTask } from "../../../src/paper/plan.ts";
import { type Report, report } from "../../../src/report/report.ts";
import { summary, table } from "../../../src/report/table.ts";
import { type Command, command, type Context } from "../command.ts";
import { computeSpread, SPREAD, spread } from "../spread.ts";
import { choice, choicesOf, flag, integerOption, text } from "../options.ts";
import { loadData } from "../../data/folder.ts";
import { reason, UserError } from "../../errors.ts";
import { checkWritable, makeFolder, writeFileWhole } from "../../files.ts";
import { cacheFolder, openFolder } from "../../jobs/stores.ts";
import { codeName } from "../../jobs/code.ts";
import { listingOf, listingText } from "../../reproduce/listing.ts";
import { provenance } from "../../reproduce/made.ts";
import { type Estimate, estimateOf } from "../../reproduce/pace.ts";

/** The claims of the paper, judged by running its experiments. */
export const reproduce: Command = command({
  name: "reproduce",
  summary: "Run the paper's experiments, count the figures that hold, and write a report",
  options: {
    data: text({
      help: "digits, the built-in set, or a folder of MNIST",
      placeholder: "DIR",
      default: "digits",
    }),
    budget: choice(Object.keys(budgets) as BudgetName[], {
      help: "How much computing time to spend; by default quick for the built-in digits, else standard",
    }),
    only: choicesOf(experiments.map(({ id }) => id), {
      help: "Experiments to run; by default all",
      placeholder: "ID,…",
    }),
    seed: integerOption({ help: "Seed of all random numbers", default: 1, min: 0 }),
    seeds: integerOption({
      help: "Number of runs, each with the next seed; by default as many as the budget has",
      min: 1,
    }),
    models: text({
      help: "Models to train, by name; experiments that need others are not run. By default all",
      placeholder: "NAME,…",
    }),
    maxEpochs: integerOption({
      help: "Maximum epochs of each training, for a trial; by default those of the recipes",
      min: 1,
    }),
    list: flag("Print what would be done and how long it might take, and do nothing"),
    ...SPREAD,
    cache: text({
      help: "Folder that keeps trained models and unfinished trainings; by default the user's cache",
      placeholder: "DIR",
    }),
    noCache: flag("Neither read nor write the cache of trained models"),
    measureAgain: flag("Measure again what an earlier run of the same code measured on the same models"),
    json: text({ help: "File for the report as JSON", placeholder: "FILE" }),
    html: text({ help: "File for the report as a page", placeholder: "FILE" }),
    report: text({
      help: "Folder for both, as report.json and report.html; made if it is not there",
      placeholder: "DIR",
      // deno task reproduce gives one
      lastCounts: true,
    }),
    verbose: flag("Print every claim with its conditions, not only the counts"),
    noImages: flag("Leave images out of both, such as images of data that must not be shared"),
  },
  examples: [
    "reproduce",
    "reproduce --data mnist --json report.json --html report.html",
    "reproduce --data mnist --budget full --only maxout,adversarial --seeds 3",
  ],
  async run(values, context) {
    const start = performance.now();
    const files = filesOf(values);
    if (values.report !== undefined && !values.list) await makeFolder(values.report);
    for (const file of Object.values(files)) if (file !== undefined) await checkWritable(file);
    await computeSpread(values);
    // the same first 10,000 digits as in other commands, and some more to choose models by
    const data = values.data === "digits" ? digits({ train: 12000 }) : await loadData(values.data);
    const whole = budgets[values.budget ?? (values.data === "digits" ? "quick" : "standard")];
    const { maxEpochs } = values;
    const budget = maxEpochs === undefined ? whole : { ...whole, maxEpochs };
    const { seed, seeds = budget.seeds, only, threads } = values;
    const models = values.models?.split(",");
    if (models) checkModels(models, prepare(data, { budget, seeds }).trainings);

    const scope = { budget, seed, seeds, only, models };
    if (values.list) {
      const jobs = values.jobs ?? Math.max(Math.floor(navigator.hardwareConcurrency / threads), 1);
      const listing = listingOf(prepare(data, scope), { budget: budget.name, jobs });
      context.print(values.json === undefined ? listingText(listing, context.width) : `wrote ${values.json}`);
      if (values.json !== undefined) await writeJson(values.json, listing);
      return 0;
    }

    const { folder, lasting } = await cacheOf(values, context);
    try {
      const { train: trainSet, test } = data;
      await using spreading = await spread(values, {
        inputs: { train: trainSet, test },
        own: folder,
        code: values.measureAgain ? undefined : await codeName(),
        context,
      });
      const { jobs, slots, shared } = spreading;
      const executor = executorOf(jobs, { budget, ...shared });
      const { result, pace, kept } = await watched(data, { ...scope, executor, slots, context });
      const finished = report(result, {
        data: nameOf(values.data),
        images: !values.noImages,
        budget,
        kernels: kernels(),
        seconds: (performance.now() - start) / 1000,
        made: await provenance(slots),
        took: (name, seed) => inSeconds(pace.took(trainTask(name, seed))),
      });
      if (files.json !== undefined) await writeJson(files.json, finished);
      if (files.html !== undefined) await writePage(files.html, finished, context);
      if (values.verbose) context.print(`${table(finished)}\n`);
      context.print(summary(finished, [...keptText(kept, result), ...nextSteps(files, values)]));
      return 0;
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      const rest = lasting
        ? `the same command resumes with what is kept in ${folder}`
        : "nothing was kept; without --no-cache the same command resumes";
      throw new UserError(`Reproduction was interrupted; ${rest}`, 130);
    } finally {
      if (!lasting) await Deno.remove(folder, { recursive: true });
    }
  },
});

/** @throws {UserError} if a recipe is not among `trainings` */
function checkModels(models: readonly string[], trainings: Readonly<Record<string, unknown>>): void {
  const unknown = models.find((name) => !Object.hasOwn(trainings, name));
  if (unknown === undefined) return;
  throw new UserError(`--models: ${unknown} is none of ${Object.keys(trainings).join(", ")}`, 2);
}

/** The folder that keeps models, and whether it outlasts the run. */
async function cacheOf(
  { cache, noCache, measureAgain, queue, store }: {
    cache?: string;
    noCache: boolean;
    measureAgain: boolean;
    queue?: string;
    store?: string;
  },
  context: Context,
): Promise<{ folder: string; lasting: boolean }> {
  if (queue !== undefined) {
    if (!noCache && cache === undefined && !measureAgain) return { folder: store!, lasting: true };
    throw new UserError(
      "--cache, --no-cache and --measure-again cannot be used with --queue, where --store keeps everything",
      2,
    );
  }
  if (noCache && cache !== undefined) throw new UserError("--cache and --no-cache contradict each other", 2);
  try {
    if (!noCache) {
      const folder = cache ?? cacheFolder();
      await openFolder(folder);
      return { folder, lasting: true };
    }
  } catch (error) {
    // a new machine may have no cache folder
    if (cache !== undefined || !(error instanceof UserError)) throw error;
    context.note(`${error.message}; this run keeps nothing`);
  }
  return { folder: await Deno.makeTempDir(), lasting: false };
}

/** The run, with its progress shown. */
async function watched(
  data: { train: Batch; test: Batch },
  { executor, slots, context, ...scope }: Scope & { executor: Executor; slots: number; context: Context },
): Promise<{ result: RunResult; pace: Estimate; kept: number }> {
  const pace = estimateOf(prepare(data, scope).tasks, { width: slots, now: () => performance.now() });
  using progress = context.progress("reproduce", 0, { plain: true });
  const kept = new Set<string>();
  const result = await context.interruptible((signal) =>
    run(data, {
      ...scope,
      executor,
      signal,
      onProgress(task, part, doing) {
        if (task.kind === "run" && doing === KEPT) kept.add(task.id);
        pace.note(task, part, doing);
        progress.update(pace.done(), pace.doing(), pace.left());
      },
    })
  );
  return { result, pace, kept: kept.size };
}

/** A note if earlier runs measured some of it. */
function keptText(kept: number, { seeds, figures }: RunResult): string[] {
  const all = Object.keys(figures).length * seeds.length;
  return kept === 0 ? [] : [`Measured by an earlier run of this code: ${kept} of ${all} (--measure-again).`];
}

/** The last part of a path: the rest only describes the machine. */
function nameOf(data: string): string {
  return data.split(/[\\/]/).findLast((part) => part !== "") ?? data;
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds) / 1000;
}

/** Where to look, and what to run next. */
function nextSteps(
  { html, json }: { html?: string; json?: string },
  { data, verbose }: { data: string; verbose: boolean },
): string[] {
  const written = [html, json].filter((file) => file !== undefined);
  return [
    written.length > 0
      ? `The report: ${written.join(", ")}.`
      : "--report DIR writes the report as a page and as JSON.",
    ...(data === "digits"
      ? ["On MNIST: gibbon data mnist --out mnist, then gibbon reproduce --data mnist."]
      : []),
    ...(verbose ? [] : ["--verbose prints every claim, --only ID runs some, --list names them."]),
  ];
}

/** Where the report is written; a plan is only written to files that are named. */
function filesOf(
  { json, html, report, list }: { json?: string; html?: string; report?: string; list: boolean },
): { json?: string; html?: string } {
  if (report === undefined || list) return { json, html };
  return { json: json ?? `${report}/report.json`, html: html ?? `${report}/report.html` };
}

/** The report as a page; without the packages that draw it, the numbers are not lost. */
async function writePage(path: string, finished: Report, context: Context): Promise<void> {
  let page: typeof import("../../report/html.ts");
  try {
    // the code that draws charts is large, and only needed here
    page = await import("../../report/html.ts");
  } catch (error) {
    context.note(`Cannot draw ${path}: ${reason(error)}`);
    return;
  }
  await writeFileWhole(path, await page.html(finished));
  context.note(`wrote ${path}`);
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFileWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}
