/** The training that a visitor watches. @module */

import type { Plan, Progress } from "../lab/protocol.ts";
import { FAMILY_TITLES } from "./settings.ts";
import { changeEntry, complain, settings, training, YOURS } from "./state.ts";
import { share, workshop } from "./workers.ts";

let controller: AbortController | undefined;
/** Whether what is interrupted is not to go on. */
let ending = false;

/** Trains by the settings, from the start or on from where it was paused. */
export async function trainYours({ resume = false } = {}): Promise<void> {
  if (training.value.phase === "running") return;
  const before = training.value;
  const plan = resume && before.plan || currentPlan();
  training.value = resume
    ? { ...before, phase: "running" }
    : { phase: "running", plan, epoch: 0, done: 0, loss: [], clean: [], attacked: [] };
  settings.trained.value = true;
  changeEntry(YOURS, {
    title: `Yours: ${FAMILY_TITLES[plan.family]}${plan.adversarial ? ", adversarial" : ""}`,
  });
  controller = new AbortController();
  ending = false;
  try {
    const ask = { name: YOURS, plan, watch: true, resume };
    const { finished, bytes } = await workshop("train", ask, {
      onProgress: (progress) => void follow(progress).catch(complain),
      signal: controller.signal,
    });
    if (bytes) await share(YOURS, bytes, workshop);
    training.value = { ...training.value, phase: finished ? "finished" : ending ? "stopped" : "paused" };
  } catch (error) {
    training.value = { ...training.value, phase: "stopped" };
    complain(error);
  }
}

/** Trains what a link says was trained, unless it is there. */
export function restoreYours(): void {
  const same = JSON.stringify(training.value.plan) === JSON.stringify(currentPlan());
  if (settings.trained.value && !same) void trainYours();
}

function currentPlan(): Plan {
  const { family, adversarial, seed, epochs } = settings;
  return { family: family.value, adversarial: adversarial.value, seed: seed.value, epochs: epochs.value };
}

/** Interrupts it, to go on later. */
export function pauseTraining(): void {
  controller?.abort();
}

/** Ends it; the model stays as it was after the last whole epoch. */
export function stopTraining(): void {
  ending = true;
  controller?.abort();
  if (training.value.phase === "paused") training.value = { ...training.value, phase: "stopped" };
}

/** Shows how far it is; the model of each epoch takes the place of the one before. */
async function follow({ epoch, done, end }: Progress): Promise<void> {
  const { loss, clean, attacked } = training.value;
  training.value = {
    ...training.value,
    epoch,
    done,
    ...end && {
      loss: [...loss, end.loss],
      clean: [...clean, end.clean],
      attacked: [...attacked, end.attacked],
      filters: end.filters,
    },
  };
  changeEntry(YOURS, { done });
  if (end) await share(YOURS, end.bytes, workshop);
}
