/** One of the workers that a run is spread over: trains models and runs experiments, one at a time. @module */

import { type ErrorCode, InputError, loadModel } from "../../src/mod.ts";
import type { Model } from "../../src/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { type Hooks, runExperiment, trainModel } from "../../src/paper/executor.ts";
import { divide, trainingOptions } from "../../src/paper/plan.ts";
import { trainings } from "../../src/paper/recipes/mod.ts";
import { compute } from "../cli/computing.ts";
import { UserError } from "../errors.ts";
import { writeFileWhole } from "../files.ts";
import { keep, keptIn, recordOf, setAside, stateIn } from "./cache.ts";
import type { Answer, Order, Setting } from "./messages.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer): void;
};

/** Milliseconds between two messages of progress. */
const PAUSE = 100;
/** What errors say a state is that cannot be gone on from. */
const REFUSED: readonly ErrorCode[] = ["format", "state"];

let setting: Setting;
let started: Promise<void>;
let current = new AbortController();

scope.onmessage = ({ data: order }) => {
  if (order.kind === "begin") {
    setting = order.setting;
    started = compute(setting);
  } else if (order.kind === "stop") {
    current.abort();
  } else {
    current = new AbortController();
    const { signal } = current;
    started.then(() => order.kind === "train" ? train(order, hooksOf(signal)) : run(order, hooksOf(signal)))
      .catch((error): Answer =>
        error === signal.reason ? { kind: "stopped" } : { kind: "failed", message: messageOf(error) }
      )
      .then((answer) => scope.postMessage(answer));
  }
};

function hooksOf(signal: AbortSignal): Hooks {
  let last = -Infinity;
  return {
    signal,
    onProgress(part, doing) {
      const now = performance.now();
      if (now - last < PAUSE) return;
      last = now;
      scope.postMessage({ kind: "progress", part, doing });
    },
  };
}

/** The model from its file, or trained, from the state that an earlier run left if there is one. */
async function train(
  { name, seed, after }: Extract<Order, { kind: "train" }>,
  hooks: Hooks,
): Promise<Answer> {
  const { data, budget, folder } = setting;
  const training = trainings({ ...divide(data, budget), budget })[name];
  const options = trainingOptions(training, { seed, after });
  const kept = await keptIn(folder, { ...training, options });
  const tell = (text: string) => scope.postMessage({ kind: "note", text });
  const known = await recordOf(kept, tell);
  if (known) {
    hooks.onProgress(1, "");
    return { kind: "trained", record: known, file: kept.model };
  }
  const unfinished = await stateIn(kept.state, options.epochs);
  hooks.onProgress(unfinished ? unfinished.epochs / (options.epochs ?? 10) : 0, "");
  const onCheckpoint = (state: Uint8Array) => writeFileWhole(kept.state, state);
  const go = (resume?: Uint8Array) => trainModel(training, { seed, after, resume, onCheckpoint }, hooks);
  using model = await go(unfinished?.state).catch(async (error) => {
    if (!(unfinished && error instanceof InputError && REFUSED.includes(error.code))) throw error;
    tell(await setAside(kept.state, error.reason));
    return await go();
  });
  await keep(kept, model);
  await Deno.remove(kept.state).catch(() => {});
  return { kind: "trained", record: model.record, file: kept.model };
}

async function run({ id, seed, files }: Extract<Order, { kind: "run" }>, hooks: Hooks): Promise<Answer> {
  const { data, budget } = setting;
  const models = new Map<string, Model>();
  const model = async (name: string) => {
    if (!models.has(name)) models.set(name, await loaded(files[name]));
    return models.get(name)!;
  };
  try {
    const experiment = experiments.find((each) => each.id === id)!;
    const context = { ...divide(data, budget), budget, seed, model };
    return { kind: "outcome", outcome: await runExperiment(experiment, context, hooks) };
  } finally {
    for (const model of models.values()) model[Symbol.dispose]();
  }
}

async function loaded(file: string): Promise<Model> {
  try {
    return loadModel(await Deno.readFile(file));
  } catch (error) {
    throw error instanceof InputError ? error.about(`read ${file}`) : error;
  }
}

/** One sentence for what was to be expected, the stack for what is a bug. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = error instanceof UserError || error instanceof InputError;
  return expected ? error.message : error.stack ?? error.message;
}
