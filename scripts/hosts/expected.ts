/** The inputs of hosts and the hashes that they must reproduce. @module */

import { init } from "@gibbon/gibbon";
import { fixture, host } from "../release/conformance/cases/host.ts";
import table from "../release/conformance/hashes.json" with { type: "json" };
import { sha256 } from "../sha256.ts";

/** The builds by name. */
export const BINARIES = { baseline: "gibbon.wasm", relaxed: "gibbon.relaxed.wasm" } as const;

/** The name of a build. */
export type Kernels = keyof typeof BINARIES;

/** The work of a host with one build. */
export interface Task {
  readonly kernels: Kernels;
  /** Path of the binary. */
  readonly binary: string;
  /** Path of the folder with the files of `fixture`. */
  readonly folder: string;
  /** The hash of each output. */
  readonly expected: Readonly<Record<string, string>>;
}

/** A host's work with each build, its files below `folder`. */
export async function hostTasks(folder: string): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const kernels of Object.keys(BINARIES) as Kernels[]) {
    init({ kernels });
    const own = `${folder}/${kernels}`;
    await Deno.mkdir(own);
    for (const [name, bytes] of Object.entries(await fixture())) {
      await Deno.writeFile(`${own}/${name}`, bytes);
    }
    const binary = new URL(`../../wasm/${BINARIES[kernels]}`, import.meta.url).pathname;
    // whether multiply and add are fused depends on the machine, so no table can hold these hashes
    const expected = kernels === "baseline" ? committed() : await computed();
    tasks.push({ kernels, binary, folder: own, expected });
  }
  return tasks;
}

/** The table's rows of what hosts do, by output. */
export function committed(): Record<string, string> {
  const prefix = `${host.name}.`;
  const rows = Object.entries(table).filter(([row]) => row.startsWith(prefix));
  return Object.fromEntries(rows.map(([row, hash]) => [row.slice(prefix.length), hash]));
}

/** The same hashes of what the kernels in use give here. */
async function computed(): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [output, bytes] of Object.entries(await host.run())) {
    hashes[output] = await sha256(new Uint8Array(bytes));
  }
  return hashes;
}
