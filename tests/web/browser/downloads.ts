/** Files that the page saved. @module */

import { readSafetensors } from "../../../src/mod.ts";
import type { Stage } from "./scenario.ts";

/** Milliseconds between two looks for a file, and for how many of them. */
const BETWEEN = 50, LOOKS = 800;

/** The download of that name, once it is whole; it is taken away, so that the next may have the same name. */
export async function downloaded({ downloads }: Stage, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = `${downloads}/${name}`;
  for (let look = 0, before = -1; look < LOOKS; look++) {
    const size = (await Deno.stat(path).catch(() => undefined))?.size ?? -1;
    if (size > 0 && size === before) {
      const bytes = await Deno.readFile(path);
      await Deno.remove(path);
      return bytes;
    }
    before = size;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  throw new Error(`Cannot find the download ${name}`);
}

/** A model's file as data that compares well. */
export function tensorsOf(bytes: Uint8Array): unknown {
  return readSafetensors(bytes);
}
