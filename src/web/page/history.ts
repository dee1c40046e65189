/// <reference lib="dom" />
/** Settings in the address, with a way back: each change that rests is an entry of the browser's history. @module */

import { effect, type Signal, signal } from "@preact/signals";
import { DEFAULT_MODELS } from "../default_models.ts";
import { readLink, writeLink } from "./link.ts";
import { debounce } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { currentSettings, entryOf, settings, training, YOURS, YOURS_PLAIN } from "./state.ts";

/** What an entry of the history holds. */
interface Place {
  /** Changes since the page was opened. */
  readonly changes: number;
}

/** Settings of a training; they belong to its model, which a way back does not undo. */
const TRAINING = ["family", "familyOptions", "adversarial", "both", "seed", "epochs", "trained"] as const;

/** Changes that can be undone. */
export const changes: Signal<number> = signal(0);

/** Shows what the address holds, now and when it changes, and keeps it true to the settings. */
export function followAddress(onChange: () => void): void {
  changes.value = placeNow()?.changes ?? 0;
  applyLink(location.hash);
  addEventListener("popstate", () => {
    const place = placeNow();
    if (place) {
      applyLink(location.hash, { keepTraining: training.value.phase !== "idle" });
      changes.value = place.changes;
    } else if (location.hash.includes("=") || location.hash === "") {
      applyLink(location.hash);
      setPlace("replaceState", changes.value + 1);
    }
    onChange();
  });
  const write = debounce(() => {
    const [before, after] = [readLink(location.hash), readLink(linkOfPage())];
    if (location.hash.slice(1) === linkOfPage()) return;
    if (writeLink(withoutTraining(before)) === writeLink(withoutTraining(after))) {
      setPlace("replaceState", changes.value);
    } else setPlace("pushState", changes.value + 1);
  });
  effect(() => {
    linkOfPage();
    write();
  });
}

/** Back to the settings before the last change. */
export function undo(): void {
  if (changes.value > 0) history.back();
}

/** Back to the settings of a first visit; this can be undone. */
export function reset(): void {
  applyLink("", { keepTraining: true });
}

/** Settings as a link holds them: where a model was trained, with how that was done. */
export function linkOfPage(): string {
  const run = training.value.runs.at(0);
  const all = currentSettings();
  if (!run || all.trained === 0) return writeLink(all);
  const { family, options = {}, adversarial, seed, epochs } = run.plan;
  const both = training.value.runs.length > 1;
  return writeLink({ ...all, family, familyOptions: options, adversarial, both, seed, epochs });
}

/** The whole address of what is set now. */
export function address(): string {
  const link = linkOfPage();
  return location.href.split("#")[0] + (link && `#${link}`);
}

/** Shows what a link holds, except for models that are not there. */
export function applyLink(link: string, { keepTraining = false } = {}): void {
  const linked = readLink(link);
  const usable = (name: string) =>
    name in DEFAULT_MODELS || entryOf(name) || linked.trained > 0 && [YOURS, YOURS_PLAIN].includes(name);
  for (const key of Object.keys(linked) as (keyof Settings)[]) {
    if ((key === "source" || key === "fooled") && !usable(linked[key])) continue;
    if (keepTraining && (TRAINING as readonly string[]).includes(key)) continue;
    const target = settings[key] as { value: unknown };
    // an equal record or drawing is no change
    if (JSON.stringify(target.value) !== JSON.stringify(linked[key])) target.value = linked[key];
  }
}

function withoutTraining(all: Settings): Settings {
  const first = readLink("");
  return { ...all, ...Object.fromEntries(TRAINING.map((key) => [key, first[key]])) };
}

function placeNow(): Place | undefined {
  return (history.state as Place | null) ?? undefined;
}

function setPlace(how: "pushState" | "replaceState", count: number): void {
  changes.value = count;
  history[how]({ changes: count } satisfies Place, "", address());
}
