/** What is computed again when something changes. @module */

import { computed, effect } from "@preact/signals";
import type { Params, RequestName, Result, Subject } from "../messages.ts";
import type { Send } from "./client.ts";
import { atMostEvery, debounce, newestOnly } from "./schedule.ts";
import { EPSILONS } from "./settings.ts";
import {
  attackResult,
  comparing,
  curves,
  epsilon,
  epsilonRange,
  exchanging,
  gallery,
  models,
  noiseError,
  proven,
  reportError,
  rubbish,
  settings,
  smallest,
  strongest,
  subject,
  targetClass,
  training,
  transfer,
  transferIsOld,
  versionOf,
} from "./state.ts";
import { interactive, measurer, trainer } from "./workers.ts";

/** Half-widths of the curves: the slider's, and that of the paper's figure 4. */
const NEAR = EPSILONS.Linf.max, FAR = 10;

/** Held-out examples in the table of transfer, samples of noise shown, and samples that are measured. */
const TRANSFERRED = 200, SHOWN = 12, MEASURED = 1000;

/** Milliseconds between two requests for rest while a hand drags, fewer than a rest has. */
const BETWEEN_RESTS = 100;

/** Keeps all results up with the settings. */
export function startComputing(): void {
  const attack = newest(interactive, "attack", (result) => attackResult.value = result);
  const draw = newest(interactive, "curves", (result) => curves.value = result);
  const makeRubbish = newest(interactive, "rubbish", (result) => rubbish.value = result);
  const measureNoise = newest(measurer, "noiseError", (result) => noiseError.value = result.errorRate);
  const findSmallest = newestOfExamples(async (subject: Subject, isCurrent) => {
    const params = { ...subject, ...epsilonRange.value };
    const result = await interactive("smallest", params);
    if (isCurrent()) smallest.value = { subject, result };
  });
  const prove = newestOfExamples(async (subject: Subject, isCurrent) => {
    const { max, step } = epsilonRange.value;
    const result = await measurer("strongest", { ...subject, max, step });
    if (!isCurrent()) return;
    strongest.value = { subject, result };
    const { radius } = await measurer("certify", { ...subject, max });
    if (isCurrent()) proven.value = { subject, radius };
  });
  const proveSoon = debounce(() => subject.value && prove(subject.value));
  const attackNow = computed(() => {
    const { attack: name, options } = subject.value ?? {};
    return name === undefined ? undefined : { attack: name, options };
  });
  const measure = newest(measurer, "transfer", (result) => {
    transfer.value = result;
    transferIsOld.value = result.epsilon !== epsilon.value || result.attack !== attackNow.value?.attack;
  });
  const measureSoon = debounce(() => {
    if (epsilon.value === undefined || !attackNow.value) return;
    measure({ ...attackNow.value, epsilon: epsilon.value, examples: TRANSFERRED });
  });

  // the list of models changes with each bit of progress; only parameters count here
  const versions = computed(() => models.value.map(({ name }) => `${name} ${versionOf(name)}`).join());

  const restNow = atMostEvery(BETWEEN_RESTS, () => {
    if (training.peek().phase === "running") trainer("rest", {}).catch(reportError);
  });
  effect(() => {
    // what a hand drags
    settings.epsilon.value;
    settings.step.value;
    settings.drawn.value;
    restNow(undefined);
  });
  effect(() => {
    if (!subject.value) return;
    findSmallest(subject.value);
    proveSoon();
  });
  const attackWith = (alone: boolean) => {
    if (subject.value && epsilon.value !== undefined) {
      attack({ ...subject.value, epsilon: epsilon.value, alone });
    }
  };
  const attackAllSoon = debounce(() => attackWith(false));
  effect(() => {
    versions.value;
    attackWith(!comparing.value);
    if (!comparing.value) attackAllSoon();
  });
  effect(() => {
    if (subject.value) draw({ ...subject.value, reach: settings.far.value ? FAR : NEAR });
  });
  effect(() => {
    const { fooled, step, noise } = settings;
    const source = fooled.value;
    const params = { source, target: targetClass.value, step: step.value, seed: noise.value, samples: SHOWN };
    if (versionOf(source)) makeRubbish(params);
  });
  effect(() => {
    const source = settings.fooled.value;
    noiseError.value = undefined;
    if (versionOf(source)) measureNoise({ source, seed: 1, samples: MEASURED });
  });
  effect(() => {
    versions.value;
    attackNow.value;
    epsilon.value;
    transferIsOld.value = true;
    if (gallery.value?.labels) measureSoon();
  });
}

/** Makes a request whenever called; while one is being answered, only the newest waits. */
function newest<K extends RequestName>(
  send: Send,
  name: K,
  show: (result: Result<K>) => void,
): (params: Params<K>) => void {
  return newestOfExamples(async (params: Params<K>, isCurrent) => {
    const result = await send(name, params);
    if (isCurrent()) show(result);
  });
}

/**
 * The newest of what is asked about the examples that are there: answers about others are dropped, and so are failures while
 * these are exchanged.
 */
function newestOfExamples<T>(
  work: (input: T, isCurrent: () => boolean) => Promise<void>,
): (input: T) => void {
  const report = (error: unknown) => void (exchanging.peek() || reportError(error));
  return newestOnly(work, report, () => gallery.peek());
}
