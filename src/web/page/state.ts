/** What the page shows, as signals: who reads one is drawn again when it changes. @module */

import { computed, type Signal, signal } from "@preact/signals";
import type { Curves, Filters, Gallery, Growth, Look, Plan, Subject, Transfer } from "../lab/protocol.ts";
import { ROSTER } from "../lab/roster.ts";
import { blank } from "./pixels.ts";
import { PIXELS } from "../lab/protocol.ts";
import { DEFAULTS, type Settings } from "./settings.ts";

/** A model as the page knows it. */
export interface Entry {
  readonly name: string;
  readonly title: string;
  /** Its file, once it is there. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** Part of its training that is done, in [0, 1], while it is not there. */
  readonly done: number;
  /** Counts up whenever it becomes another. */
  readonly version: number;
}

/** A training that is watched. */
export interface Training {
  readonly phase: "idle" | "running" | "paused" | "finished" | "stopped";
  readonly plan?: Plan;
  readonly epoch: number;
  readonly done: number;
  /** For each epoch. */
  readonly loss: readonly number[];
  readonly clean: readonly number[];
  readonly attacked: readonly number[];
  readonly filters?: Filters;
}

/** Something to tell the visitor. */
export interface Notice {
  readonly kind: "error" | "done";
  readonly text: string;
}

/** Names of the models that a visitor trains or opens. */
export const YOURS = "yours", OPENED = "opened";

/** Milliseconds that what was done stays to be read. */
const TOLD_FOR = 6000;

const TITLES: Readonly<Record<string, string>> = {
  softmax: "Softmax regression",
  maxout: "Maxout network",
  rbf: "RBF network",
  adversarialMaxout: "Maxout, adversarially trained",
};

/** What a visitor has set, each as a signal. */
export const settings = Object.fromEntries(
  Object.entries(DEFAULTS).map(([key, value]) => [key, signal(value)]),
) as unknown as { readonly [K in keyof Settings]: Signal<Settings[K]> };

export const gallery: Signal<Gallery | undefined> = signal(undefined);
export const models: Signal<readonly Entry[]> = signal(
  Object.keys(ROSTER).map((name) => ({ name, title: TITLES[name], done: 0, version: 0 })),
);
export const seen: Signal<Look | undefined> = signal(undefined);
export const lines: Signal<Curves | undefined> = signal(undefined);
export const table: Signal<Transfer | undefined> = signal(undefined);
/** Whether `table` is of what is set now. */
export const tableIsOld: Signal<boolean> = signal(true);
export const grown: Signal<Growth | undefined> = signal(undefined);
/** Error rate on noise that nothing was done to. */
export const noiseError: Signal<number | undefined> = signal(undefined);
export const training: Signal<Training> = signal({
  phase: "idle",
  epoch: 0,
  done: 0,
  loss: [],
  clean: [],
  attacked: [],
});
export const notice: Signal<Notice | undefined> = signal(undefined);

/** The image that is looked at. */
export const image = computed((): Float32Array => {
  const { images } = gallery.value ?? {};
  const from = settings.digit.value * PIXELS;
  return settings.drawn.value ?? images?.subarray(from, from + PIXELS) ?? blank();
});

/** Its class, if it is known or was said. */
export const label = computed((): number | undefined =>
  settings.label.value ??
    (settings.drawn.value ? undefined : gallery.value?.labels?.[settings.digit.value])
);

/** What is attacked; nothing while its model is not there. */
export const subject = computed((): Subject | undefined => {
  const source = settings.source.value;
  if (!gallery.value || !entryOf(source)?.bytes) return;
  return { image: image.value, label: label.value, source };
});

/** All settings as they are now. */
export function currentSettings(): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, signal]) => [key, signal.value]),
  ) as unknown as Settings;
}

/** The model of that name. */
export function entryOf(name: string): Entry | undefined {
  return models.value.find((entry) => entry.name === name);
}

/** Changes the model of that name, or adds it. */
export function changeEntry(name: string, change: Partial<Omit<Entry, "name" | "version">>): void {
  const before = entryOf(name) ?? { name, title: name, done: 0, version: 0 };
  const after = { ...before, ...change, version: before.version + (change.bytes ? 1 : 0) };
  models.value = entryOf(name)
    ? models.value.map((entry) => entry === before ? after : entry)
    : [...models.value, after];
}

/** Tells the visitor what was done, for a while. */
export function tell(text: string): void {
  const told: Notice = { kind: "done", text };
  notice.value = told;
  setTimeout(() => {
    if (notice.value === told) notice.value = undefined;
  }, TOLD_FOR);
}

/** Tells the visitor what went wrong. */
export function complain(error: unknown): void {
  notice.value = { kind: "error", text: error instanceof Error ? error.message : String(error) };
}
