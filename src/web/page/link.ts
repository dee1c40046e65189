/** Settings as the part of a link after the #, and back. @module */

import { CLASSES } from "../lab/protocol.ts";
import { readPixels, writePixels } from "./pixels.ts";
import { DEFAULTS, isFamily, MOST, type Settings } from "./settings.ts";

/** How a setting is read from text; undefined where it does not fit. */
type Read<T> = (text: string) => T | undefined;

/** Every setting by its name in a link. */
const READ: { readonly [K in keyof Settings]: Read<Settings[K]> } = {
  digit: whole(0, MOST.digit),
  drawn: readPixels,
  label: whole(0, CLASSES - 1),
  epsilon: number(MOST.epsilon),
  source: name,
  far: yes,
  family: (text) => isFamily(text) ? text : undefined,
  adversarial: yes,
  seed: whole(0, MOST.seed),
  epochs: whole(1, MOST.epochs),
  trained: yes,
  fooled: name,
  target: whole(0, CLASSES - 1),
  step: number(MOST.step),
  noise: whole(0, MOST.noise),
};

/** What differs from a first visit, as `digit=3&epsilon=0.1`. */
export function writeLink(settings: Settings): string {
  const parts = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    const value = settings[key];
    if (value === DEFAULTS[key] || value === undefined) continue;
    parts.set(key, value instanceof Float32Array ? writePixels(value) : `${value}`);
  }
  return `${parts}`;
}

/** The settings that `link` holds; what is unknown or does not fit is as on a first visit. */
export function readLink(link: string): Settings {
  const parts = new URLSearchParams(link.replace(/^#/, ""));
  const read = <K extends keyof Settings>(key: K): Settings[K] => {
    const text = parts.get(key);
    return (text === null ? undefined : READ[key](text)) ?? DEFAULTS[key];
  };
  return Object.fromEntries(
    (Object.keys(DEFAULTS) as (keyof Settings)[]).map((key) => [key, read(key)]),
  ) as unknown as Settings;
}

function whole(least: number, most: number): Read<number> {
  return (text) => /^\d{1,9}$/.test(text) && +text >= least && +text <= most ? +text : undefined;
}

function number(most: number): Read<number> {
  return (text) => /^\d{1,3}(\.\d{1,6})?$/.test(text) && +text <= most ? +text : undefined;
}

function yes(text: string): boolean | undefined {
  return text === "true" ? true : text === "false" ? false : undefined;
}

function name(text: string): string | undefined {
  return /^\w{1,40}$/.test(text) ? text : undefined;
}
