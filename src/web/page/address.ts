/// <reference lib="dom" />
/** The settings in the address. @module */

import { effect } from "@preact/signals";
import { ROSTER } from "../lab/roster.ts";
import { readLink, writeLink } from "./link.ts";
import { debounce } from "./rested.ts";
import type { Settings } from "./settings.ts";
import { currentSettings, entryOf, settings, YOURS } from "./state.ts";

/** Shows what the address holds, now and when it changes, and keeps it true to what is set. */
export function followAddress(onChange: () => void): void {
  applyLink(location.hash);
  addEventListener("hashchange", () => {
    // what holds no settings leads to a part of the page
    if (!location.hash.includes("=")) return;
    applyLink(location.hash);
    onChange();
  });
  const write = debounce(() => history.replaceState(null, "", address()));
  effect(() => {
    currentSettings();
    write();
  });
}

/** The whole address of what is set now. */
export function address(): string {
  const link = writeLink(currentSettings());
  return location.href.split("#")[0] + (link && `#${link}`);
}

/** Shows what a link holds, but for models that are not there. */
export function applyLink(link: string): void {
  const given = readLink(link);
  const usable = (name: string) => name in ROSTER || entryOf(name) || name === YOURS && given.trained;
  for (const key of Object.keys(given) as (keyof Settings)[]) {
    if ((key === "source" || key === "fooled") && !usable(given[key])) continue;
    (settings[key] as { value: unknown }).value = given[key];
  }
}
