/** The search for a model's worst case from the command line: at once, or in parts. @module */

import { type RobustnessOptions, robustnessSteps } from "../../src/evaluate/robustness.ts";
import { reportSteps } from "../../src/evaluate/robustness_report.ts";
import { searched, searchOf } from "../../src/evaluate/search.ts";
import { doAll } from "../../src/jobs/all.ts";
import { joinedParts, type PartFound, partsFor, type RobustnessRecipe } from "../../src/jobs/robustness.ts";
import { type Batch, type Model, type RobustnessReport, saveModel } from "../../src/mod.ts";
import { MEMORY } from "../jobs/stores.ts";
import type { Context } from "./command.ts";
import type { Asked } from "./model_file.ts";
import { spread, type SpreadValues } from "./spread.ts";
import { interrupted, NOTHING_KEPT, runInterruptible } from "./turns.ts";

/** How a search is made. */
interface Search {
  readonly options: Omit<RobustnessOptions, "now" | "perExample" | "onFooled">;
  readonly perExample: boolean;
  readonly page: boolean;
  readonly context: Context;
}

/** What a search found, and the inputs that fool by the places of their examples. */
interface FoundAll {
  readonly report: RobustnessReport;
  readonly found: ReadonlyMap<number, Float32Array>;
}

/** The search on a classifier that is only asked, whose answers come one after another. */
export async function inOne(
  model: Asked,
  examples: Batch,
  { options, perExample, page, context }: Search,
): Promise<FoundAll> {
  const found = new Map<number, Float32Array>();
  const steps = robustnessSteps(model, examples, {
    ...options,
    perExample,
    ...(page && { onFooled: (example: number, x: Float32Array) => void found.set(example, x.slice()) }),
    now: () => performance.now(),
  });
  const report = await runInterruptible(steps, context, { title: "robustness", kept: NOTHING_KEPT });
  return { report, found };
}

/** The search on a model, part by part of the examples, several at a time. */
export async function inParts(
  model: Model,
  examples: Batch,
  { options, perExample, page, values, context }: Search & { values: SpreadValues },
): Promise<FoundAll> {
  const search = searchOf(model, {
    ...options,
    perExample,
    now: () => performance.now(),
  });
  const count = searched(model, examples).labels.length;
  const parts = await partsOf(
    { options, ...(page && { shown: SHOWN }) },
    { model, examples, count, values, context },
  );
  const steps = reportSteps(model, examples, search, joinedParts(parts, search));
  const report = await runInterruptible(steps, context, { title: "robustness", kept: NOTHING_KEPT });
  const found = new Map(
    parts.flatMap(({ fooled }) => fooled.map(([row, x]) => [row, Float32Array.from(x)])),
  );
  return { report, found };
}

/** What is found on each part of the examples, several at a time. */
async function partsOf(
  recipe: Omit<RobustnessRecipe, "from" | "to">,
  { model, examples, count, values, context }: {
    model: Model;
    examples: Batch;
    count: number;
    values: SpreadValues;
    context: Context;
  },
): Promise<PartFound[]> {
  const parts = partsFor(recipe, count);
  await using spreading = await spread(values, {
    inputs: { model: saveModel(model), examples },
    own: MEMORY,
    most: parts.length,
    context,
  });
  using progress = context.progress("robustness");
  let done = 0;
  const onProgress = (part: number) => progress.update(done = part);
  const list = parts.map((recipe) => ({ kind: "robustness", recipe, ...spreading.shared }));
  try {
    return await context.interruptible((signal) =>
      doAll(spreading.jobs, list, { signal, onProgress })
    ) as PartFound[];
  } catch (error) {
    const kept = values.queue === undefined ? NOTHING_KEPT : KEPT;
    throw interrupted(error, { title: "robustness", done, kept });
  }
}

/** What is kept of work whose parts a store has. */
const KEPT = "the same command resumes with what is in the store";

/** Examples that a page shows of each kind. */
export const SHOWN = 8;
