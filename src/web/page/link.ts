/** Settings as the part of a link after the #, and back. @module */

import type { OptionValues } from "../messages.ts";
import { readPixels, writePixels } from "./pixels.ts";
import { DEFAULTS, DEFAULTS_1, MAX, type Settings } from "./settings.ts";

/** Version of links; those without one are of version 1, which had other defaults. */
const VERSION = "2";

/** How a setting is read from text; undefined where it does not fit. */
type Read<T> = (text: string) => T | undefined;

/** Settings that are written under their own name. */
type Plain = Exclude<keyof Settings, "attackOptions" | "familyOptions">;

/** How each is read. */
const READ: { readonly [K in Plain]: Read<Settings[K]> } = {
  digit: readInteger(0, MAX.digit),
  drawn: readPixels,
  label: readInteger(0, MAX.class),
  epsilon: number(MAX.epsilon),
  source: name,
  attack: name,
  aim: readInteger(0, MAX.class),
  control: readFlag,
  far: readFlag,
  family: name,
  adversarial: readFlag,
  both: readFlag,
  seed: readInteger(0, MAX.seed),
  epochs: readInteger(1, MAX.epochs),
  // before the number of epochs it said only whether
  trained: (text) => text === "true" ? MAX.epochs : text === "false" ? 0 : readInteger(0, MAX.epochs)(text),
  fooled: name,
  target: readInteger(0, MAX.class),
  step: number(MAX.step),
  noise: readInteger(0, MAX.noise),
};

const KEYS = Object.keys(READ) as Plain[];

/** Options of an attack or a family, written as `attack.steps=40`. */
const OPTIONS = { attack: "attackOptions", family: "familyOptions" } as const;

/** What differs from a first visit, as `v=2&digit=3&epsilon=0.1`; nothing if nothing does. */
export function writeLink(settings: Settings): string {
  const parts = new URLSearchParams();
  for (const key of KEYS) {
    const value = settings[key];
    if (value === DEFAULTS[key] || value === undefined) continue;
    parts.set(key, value instanceof Float32Array ? writePixels(value) : `${value}`);
  }
  for (const [prefix, key] of Object.entries(OPTIONS)) {
    for (const [option, value] of Object.entries(settings[key])) parts.set(`${prefix}.${option}`, `${value}`);
  }
  return parts.size > 0 ? `v=${VERSION}&${parts}` : "";
}

/** The settings that `link` holds; what is unknown or does not fit is as on a first visit. */
export function readLink(link: string): Settings {
  const parts = new URLSearchParams(link.replace(/^#/, ""));
  const old = !parts.has("v") && KEYS.some((key) => parts.has(key));
  const defaults = old ? DEFAULTS_1 : DEFAULTS;
  const read = <K extends Plain>(key: K): Settings[K] => {
    const text = parts.get(key);
    return (text === null ? undefined : READ[key](text)) ?? defaults[key];
  };
  return {
    ...Object.fromEntries(KEYS.map((key) => [key, read(key)])) as unknown as Settings,
    attackOptions: readOptions(parts, "attack."),
    familyOptions: readOptions(parts, "family."),
  };
}

function readOptions(parts: URLSearchParams, prefix: string): OptionValues {
  const found = [...parts].filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(
    found.map(([key, text]) => [name(key.slice(prefix.length)), readOption(text)])
      .filter(([key, value]) => key !== undefined && value !== undefined),
  );
}

/** A value of an option: a number, a list of them, on or off, or a word. */
export function readOption(text: string): unknown {
  const numeric = /^-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?$/;
  if (numeric.test(text)) return Number(text);
  const items = text.split(",");
  if (items.length < 20 && items.length > 1 && items.every((item) => numeric.test(item))) {
    return items.map(Number);
  }
  return readFlag(text) ?? name(text);
}

function readInteger(min: number, max: number): Read<number> {
  return (text) => /^\d{1,9}$/.test(text) && +text >= min && +text <= max ? +text : undefined;
}

function number(max: number): Read<number> {
  return (text) => /^\d{1,3}(\.\d{1,6})?$/.test(text) && +text <= max ? +text : undefined;
}

function readFlag(text: string): boolean | undefined {
  return text === "true" ? true : text === "false" ? false : undefined;
}

function name(text: string): string | undefined {
  return /^\w{1,40}$/.test(text) && text !== "__proto__" ? text : undefined;
}
