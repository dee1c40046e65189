/** State of the page, as signals: whatever reads one is drawn again when it changes. @module */

import { computed, type Signal, signal } from "@preact/signals";
import { problem } from "../../schema.ts";
import { DEFAULT_MODELS } from "../default_models.ts";
import {
  type AttackResult,
  type Catalog,
  type CatalogEntry,
  type Curves,
  type Filters,
  type Gallery,
  type OptionValues,
  PIXELS,
  type Plan,
  type Rubbish,
  type Smallest,
  type Subject,
  type Transfer,
} from "../messages.ts";
import { blank } from "./pixels.ts";
import { DEFAULTS, EPSILONS, FALLBACK, type Settings } from "./settings.ts";

/** A model as the page knows it. */
export interface Entry {
  readonly name: string;
  readonly title: string;
  /** Its file, once it is there. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** Part of its training that is done, in [0, 1], while it is not there. */
  readonly done: number;
  /** Counts up whenever its parameters change. */
  readonly version: number;
}

/** One model's course of training. */
export interface Run {
  readonly name: string;
  readonly plan: Plan;
  readonly epoch: number;
  readonly done: number;
  /** For each epoch. */
  readonly loss: readonly number[];
  readonly clean: readonly number[];
  readonly attacked: readonly number[];
  readonly filters?: Filters;
}

/** A training that is watched: one run, or one with and one without adversarial training. */
export interface Training {
  readonly phase: "idle" | "running" | "paused" | "finished" | "stopped";
  readonly runs: readonly Run[];
}

/** A message to the visitor. */
export interface Notice {
  readonly kind: "error" | "done";
  readonly text: string;
}

/** Names of the models that a visitor trains, the second without adversarial training beside one with it, or opens. */
export const YOURS = "yours", YOURS_PLAIN = "yoursPlain", OPENED = "opened";

/** Milliseconds that a notice stays. */
const NOTICE_TIME = 6000;

/** Settings of the visitor, each as a signal. */
export const settings = Object.fromEntries(
  Object.entries(DEFAULTS).map(([key, value]) => [key, signal(value)]),
) as unknown as { readonly [K in keyof Settings]: Signal<Settings[K]> };

export const catalog: Signal<Catalog | undefined> = signal(undefined);
export const gallery: Signal<Gallery | undefined> = signal(undefined);
export const models: Signal<readonly Entry[]> = signal(untrained());
/** Whether all models' predictions are in sight. */
export const comparing: Signal<boolean> = signal(true);
export const attackResult: Signal<AttackResult | undefined> = signal(undefined);
/** The least ε that is enough, and the subject that it is of. */
export const smallest: Signal<{ readonly subject: Subject; readonly result: Smallest } | undefined> = signal(
  undefined,
);
/** The same by many steps, projected gradient descent. */
export const strongest: Signal<{ readonly subject: Subject; readonly result: Smallest } | undefined> = signal(
  undefined,
);
/** The proven radius, and the subject that it is of. */
export const proven: Signal<{ readonly subject: Subject; readonly radius?: number } | undefined> = signal(
  undefined,
);
export const curves: Signal<Curves | undefined> = signal(undefined);
export const transfer: Signal<Transfer | undefined> = signal(undefined);
/** Whether `transfer` is of other settings than the present ones. */
export const transferIsOld: Signal<boolean> = signal(true);
export const rubbish: Signal<Rubbish | undefined> = signal(undefined);
/** Error rate on noise without a step. */
export const noiseError: Signal<number | undefined> = signal(undefined);
/** Whether the workers take other examples, so that some have models which others no longer have. */
export const exchanging: Signal<boolean> = signal(false);
export const training: Signal<Training> = signal({ phase: "idle", runs: [] });
export const notice: Signal<Notice | undefined> = signal(undefined);

/** The chosen attack, or the first there is. */
export const attackEntry = computed(() => {
  const { attacks = [] } = catalog.value ?? {};
  return attacks.find(({ name }) => name === settings.attack.value) ?? attacks[0];
});

/** The chosen family, or the first there is. */
export const familyEntry = computed(() => {
  const { families = [] } = catalog.value ?? {};
  return families.find(({ name }) => name === settings.family.value) ?? families[0];
});

/** The inputs that are looked at. */
export const example = computed((): Float32Array => {
  const { examples, inputs = PIXELS } = gallery.value ?? {};
  const from = settings.digit.value * inputs;
  const drawn = inputs === PIXELS ? settings.drawn.value : undefined;
  return drawn ?? examples?.subarray(from, from + inputs) ?? blank();
});

/** Their class, if it is known or was said. */
export const label = computed((): number | undefined => {
  const chosen = settings.label.value;
  if (chosen !== undefined && chosen < (gallery.value?.classes ?? 0)) return chosen;
  return settings.drawn.value ? undefined : gallery.value?.labels?.[settings.digit.value];
});

/** What is attacked, and how; nothing while its model is not there. */
export const subject = computed((): Subject | undefined => {
  const source = settings.source.value;
  const attack = attackEntry.value;
  const { classes = 0 } = gallery.value ?? {};
  if (!gallery.value || !attack || !versionOf(source)) return;
  const aim = settings.aim.value;
  return {
    example: example.value,
    label: label.value,
    source,
    attack: attack.name,
    options: usableOptions(attack, settings.attackOptions.value),
    target: attack.targeted && aim !== undefined && aim < classes ? aim : undefined,
  };
});

/** The class that noise is to be taken for: the set one, or the first where the examples have fewer. */
export const targetClass = computed((): number => {
  const { classes = 0 } = gallery.value ?? {};
  return settings.target.value < classes ? settings.target.value : 0;
});

/** Greatest ε of the slider and its step, for what the attack measures ε by. */
export const epsilonRange = computed((): { readonly max: number; readonly step: number } => {
  const { norm } = subject.value?.options ?? {};
  return EPSILONS[(norm ?? attackEntry.value?.norm ?? "Linf") as keyof typeof EPSILONS];
});

/** The size of the perturbation: as set, else the smallest that is enough; nothing until that is known. */
export const epsilon = computed((): number | undefined => {
  const { max } = epsilonRange.value;
  if (settings.epsilon.value !== undefined) return Math.min(max, settings.epsilon.value);
  if (!smallest.value || smallest.value.subject !== subject.value) return undefined;
  return smallest.value.result.epsilon ?? FALLBACK * max;
});

/** Those of `values` that `entry` has and that are in range. A link writes a list of one number as that number. */
export function usableOptions({ options }: CatalogEntry, values: OptionValues): OptionValues {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => Object.hasOwn(options, key))
      .map((
        [key, value],
      ) => [key, options[key].kind.endsWith("s") && !Array.isArray(value) ? [value] : value])
      .filter(([key, value]) => problem(options[key as string], value) === undefined),
  );
}

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

const versions = new Map<string, Signal<number>>();

/** How often the parameters of the model of that name have been set; 0 while it is not there. */
export function versionOf(name: string): number {
  if (!versions.has(name)) {
    versions.set(name, computed(() => (entryOf(name)?.bytes ? entryOf(name)!.version : 0)) as Signal<number>);
  }
  return versions.get(name)!.value;
}

/** Changes the model of that name, or adds it. */
export function changeEntry(name: string, change: Partial<Omit<Entry, "name" | "version">>): void {
  const before = entryOf(name) ?? { name, title: name, done: 0, version: 0 };
  const after = { ...before, ...change, version: before.version + (change.bytes ? 1 : 0) };
  models.value = entryOf(name)
    ? models.value.map((entry) => entry.name === name ? after : entry)
    : [...models.value, after];
}

/** Back to the default models, none of them trained. */
export function resetModels(): void {
  models.value = untrained();
  settings.source.value = DEFAULTS.source;
  settings.fooled.value = DEFAULTS.fooled;
  for (const each of [attackResult, smallest, strongest, proven, curves, transfer, rubbish, noiseError]) {
    each.value = undefined;
  }
}

function untrained(): Entry[] {
  return Object.entries(DEFAULT_MODELS).map(([name, { title }]) => ({ name, title, done: 0, version: 0 }));
}

/** Tells the visitor what was done, for a while. */
export function notify(text: string): void {
  const shown: Notice = { kind: "done", text };
  notice.value = shown;
  setTimeout(() => {
    if (notice.value === shown) notice.value = undefined;
  }, NOTICE_TIME);
}

/** Tells the visitor what failed. */
export function reportError(error: unknown): void {
  notice.value = { kind: "error", text: error instanceof Error ? error.message : String(error) };
}
