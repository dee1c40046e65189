/** Hashes of what determines a job's result: the code and the data. @module */

import project from "../../deno.json" with { type: "json" };
import type { Naming } from "../../src/jobs/inputs.ts";
import type { Batch } from "../../src/mod.ts";
import { sha256 } from "../sha256.ts";

/** Tiers to the right of the experiments, on which no measure depends. */
const LATER = ["report", "edge", "web"];

/**
 * SHA-256 of the code that measures: the sources of the library and the engine that runs them. Nothing if the sources are not
 * there to be read, as in a bundle; then no measurement is kept, because its code would be unknown.
 */
export async function codeName(root = new URL("../../", import.meta.url)): Promise<string | undefined> {
  try {
    const names = [...await filesIn(new URL("src/", root)), ...await filesIn(new URL("wasm/", root))].sort();
    const hashOf = async (name: string) => await sha256(await Deno.readFile(new URL(name)));
    const files = await Promise.all(
      names.map(async (name) => [name.slice(root.href.length), await hashOf(name)]),
    );
    return await named([Deno.version, files]);
  } catch {
    return undefined;
  }
}

/** The same, or where the sources cannot be read the package's version: by it a queue's workers and submitters agree. */
export async function codeVersion(): Promise<string> {
  return await codeName() ?? project.version;
}

async function filesIn(folder: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && LATER.includes(name)) continue;
    if (isDirectory) names.push(...await filesIn(new URL(`${name}/`, folder)));
    else names.push(new URL(name, folder).href);
  }
  return names;
}

/** SHA-256 of a batch: sizes, inputs and labels. */
export async function dataName({ x, labels, classes }: Batch): Promise<string> {
  const parts = [x.data, labels].map(({ buffer, byteOffset, byteLength }) =>
    sha256(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
  );
  return await named([x.rows, x.cols, classes, ...await Promise.all(parts)]);
}

/** Both by SHA-256. */
export const NAMING: Naming = { bytes: sha256, batch: dataName };

function named(value: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(value)));
}
