/** What is computed anew when something changes. @module */

import { computed, effect } from "@preact/signals";
import type { Answer, Ask, Kind } from "../lab/exchanges.ts";
import type { Call } from "./calls.ts";
import { newestOnly } from "./latest.ts";
import { debounce } from "./rested.ts";
import {
  complain,
  entryOf,
  gallery,
  grown,
  lines,
  models,
  noiseError,
  seen,
  settings,
  subject,
  table,
  tableIsOld,
} from "./state.ts";
import { bench, workshop } from "./workers.ts";

/** Half-widths of the curves: the slider's, and that of the paper's figure 4. */
const NEAR = 0.5, FAR = 10;

/** Held-out images in the table of transfer, noise grown and noise judged. */
const TRANSFERRED = 200, GROWN = 12, JUDGED = 1000;

/** Keeps everything that is computed up with the settings. */
export function follow(): void {
  const look = asking(bench, "look", (answer) => seen.value = answer);
  const draw = asking(bench, "curves", (answer) => lines.value = answer);
  const grow = asking(bench, "grow", (answer) => grown.value = answer);
  const judge = asking(workshop, "noise", (answer) => noiseError.value = answer.errorRate);
  const compare = asking(workshop, "transfer", (answer) => {
    table.value = answer;
    tableIsOld.value = answer.epsilon !== settings.epsilon.value;
  });
  const compareSoon = debounce(() => compare({ epsilon: settings.epsilon.value, examples: TRANSFERRED }));

  // that a model became another is all there is to see of it in the list
  const versions = computed(() => models.value.map(({ name, version }) => `${name} ${version}`).join());
  const alsoWithModels = (run: () => void) => effect(() => void (versions.value, run()));

  alsoWithModels(() => {
    const epsilon = settings.epsilon.value;
    if (subject.value) look({ ...subject.value, epsilon });
  });
  alsoWithModels(() => {
    const reach = settings.far.value ? FAR : NEAR;
    if (subject.value) draw({ ...subject.value, reach });
  });
  alsoWithModels(() => {
    const { fooled, target, step, noise } = settings;
    const ask = { target: target.value, step: step.value, seed: noise.value, samples: GROWN };
    if (entryOf(fooled.value)?.bytes) grow({ ...ask, source: fooled.value });
  });
  alsoWithModels(() => {
    const source = settings.fooled.value;
    noiseError.value = undefined;
    if (entryOf(source)?.bytes) judge({ source, seed: 1, samples: JUDGED });
  });
  alsoWithModels(() => {
    settings.epsilon.value;
    tableIsOld.value = true;
    if (gallery.value?.labels && models.value.some(({ bytes }) => bytes)) compareSoon();
  });
}

/** Asks a question of that kind whenever called; while one is being answered, only the newest waits. */
function asking<K extends Kind>(
  call: Call,
  kind: K,
  show: (answer: Answer<K>) => void,
): (ask: Ask<K>) => void {
  return newestOnly(async (ask: Ask<K>) => show(await call(kind, ask)), complain);
}
