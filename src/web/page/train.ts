/** The training that a visitor watches. @module */

import type { EpochEnd, Plan, Progress } from "../messages.ts";
import { atMostEvery } from "./schedule.ts";
import {
  catalog,
  changeEntry,
  entryOf,
  familyEntry,
  gallery,
  reportError,
  type Run,
  settings,
  training,
  usableOptions,
  YOURS,
  YOURS_PLAIN,
} from "./state.ts";
import { shareModel, trainer } from "./workers.ts";

let controller: AbortController | undefined;
/** Whether what is interrupted is not to go on. */
let stopping = false;

/** Trains by the settings from the start, up to `until` whole epochs if that is given. */
export function startTraining({ until }: { until?: number } = {}): Promise<void> {
  const plan = currentPlan();
  if (training.value.phase === "running" || !plan || !gallery.value?.labels) return Promise.resolve();
  const run = (name: string, adversarial: boolean): Run => ({
    name,
    plan: { ...plan, adversarial },
    epoch: 0,
    done: 0,
    loss: [],
    clean: [],
    attacked: [],
  });
  const runs = settings.both.value
    ? [run(YOURS, true), run(YOURS_PLAIN, false)]
    : [run(YOURS, plan.adversarial)];
  settings.trained.value = 0;
  return train(runs, { resume: false, until });
}

/** Goes on from where training was paused, with the model that was paused, whatever the form says now. */
export function resumeTraining(): Promise<void> {
  return training.value.phase === "paused" ? train(training.value.runs, { resume: true }) : Promise.resolve();
}

/** Trains what a link says was trained, as far as it was trained, unless it is there. */
export function restoreTraining(): void {
  const { trained, both } = settings;
  const { runs } = training.value;
  const plan = currentPlan();
  if (trained.value === 0 || !plan) return;
  const same = runs.length === (both.value ? 2 : 1) &&
    JSON.stringify({ ...runs[0].plan, adversarial: 0 }) === JSON.stringify({ ...plan, adversarial: 0 }) &&
    (both.value || runs[0].plan.adversarial === plan.adversarial);
  if (!same) void startTraining({ until: Math.min(trained.value, plan.epochs) });
}

/** Interrupts training, to go on later. */
export function pauseTraining(): void {
  controller?.abort();
}

/** Ends training; the model stays as it was after the last whole epoch. */
export function stopTraining(): void {
  stopping = true;
  controller?.abort();
  if (training.value.phase === "paused") training.value = { ...training.value, phase: "stopped" };
}

/** Ends training for good, because its examples are gone. */
export function forgetTraining(): void {
  controller?.abort();
  controller = undefined;
  training.value = { phase: "idle", runs: [] };
  settings.trained.value = 0;
}

/** Title of the model of a run. */
export function titleOf({ plan }: Pick<Run, "plan">): string {
  const family = catalog.value?.families.find(({ name }) => name === plan.family)?.title ?? plan.family;
  return `Yours: ${family}${plan.adversarial ? ", adversarial" : ""}`;
}

async function train(
  runs: readonly Run[],
  { resume, until }: { resume: boolean; until?: number },
): Promise<void> {
  training.value = { phase: "running", runs };
  const mine = controller = new AbortController();
  const examples = gallery.value;
  stopping = false;
  for (const run of runs) changeEntry(run.name, { title: titleOf(run) });
  try {
    const results = await Promise.all(runs.map(async ({ name, plan }) => {
      const params = { name, plan, watch: true, resume, until };
      let last: EpochEnd | undefined, ended = false;
      const follow = atMostEvery(BETWEEN_MODELS, ({ bytes, filters }: EpochEnd) => {
        // what waits when a training ends is older than its result
        if (mine !== controller || ended) return;
        changeRun(name, { filters });
        shareModel(name, bytes, { from: trainer, examples });
      });
      const result = await trainer("train", params, {
        onProgress(progress) {
          if (mine !== controller) return;
          show(name, progress);
          if (progress.end) follow(last = progress.end);
        },
        signal: mine.signal,
      });
      ended = true;
      if (mine === controller && last) changeRun(name, { filters: last.filters });
      if (result.bytes) shareModel(name, result.bytes, { from: trainer, examples });
      return result;
    }));
    // forgotten meanwhile
    if (mine !== controller) return;
    const finished = results.every((result) => result.finished);
    settings.trained.value = Math.min(...results.map(({ epochs }) => epochs));
    training.value = {
      ...training.value,
      phase: finished ? "finished" : stopping ? "stopped" : "paused",
    };
  } catch (error) {
    if (mine !== controller) return;
    training.value = { ...training.value, phase: "stopped" };
    reportError(error);
  }
}

function currentPlan(): Plan | undefined {
  const { familyOptions, adversarial, seed, epochs } = settings;
  const family = familyEntry.value;
  if (!family) return undefined;
  const options = usableOptions(family, familyOptions.value);
  return {
    family: family.name,
    ...Object.keys(options).length > 0 && { options },
    adversarial: adversarial.value,
    seed: seed.value,
    epochs: epochs.value,
  };
}

/**
 * Milliseconds between two models of a training that the page takes over, with all that is then drawn anew: epochs may be
 * shorter, and a hand may be dragging meanwhile.
 */
const BETWEEN_MODELS = 700;

/** Part of a training that is worth showing by itself: all who list the models are drawn anew. */
const SHOWN_PART = 0.01;

/** Shows the progress of a run. */
function show(name: string, { epoch, done, end }: Progress): void {
  const before = training.value.runs.find((run) => run.name === name);
  if (!end && before && epoch === before.epoch && done - before.done < SHOWN_PART) return;
  changeRun(name, {
    epoch,
    done,
    ...end && before && {
      loss: [...before.loss, end.loss],
      clean: [...before.clean, end.clean],
      attacked: [...before.attacked, end.attacked],
    },
  });
  // of a model that is there no list shows how far its training is
  if (!entryOf(name)?.bytes) changeEntry(name, { done });
  if (end) settings.trained.value = Math.min(...training.value.runs.map(({ loss }) => loss.length));
}

function changeRun(name: string, change: Partial<Run>): void {
  const runs = training.value.runs.map((run) => run.name === name ? { ...run, ...change } : run);
  training.value = { ...training.value, runs };
}
