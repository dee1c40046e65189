/**
 * The same bytes everywhere: what seeded work gives on a host, as SHA-256 of every output. Runs wherever `@gibbon/gibbon`
 * does; `deno task conformance` compares the hashes with the table in `hashes.json`.
 *
 * @module
 */

import { init, kernels, threads } from "@gibbon/gibbon";
import { sha256 } from "../../sha256.ts";
import { cases } from "./cases/mod.ts";

/** How a host runs the cases. */
export interface ConformanceOptions {
  /**
   * Starts baseline kernels on so many threads, or fewer; default `begin`. A host that forbids compiling gives them a
   * module here.
   */
  start?: (threads: number) => void | Promise<void>;
  /** Names of the cases to run; default all. */
  only?: readonly string[];
  /** Called with each output, as bytes. */
  onOutput?: (name: string, bytes: Uint8Array) => void;
}

/** Milliseconds after which a worker that has not begun is not waited for. */
const PATIENCE = 5000;

/** Starts the baseline kernels on so many threads, and waits until all compute; on one where the host has no more. */
export async function startKernels(wanted: number): Promise<void> {
  if (wanted > 1) await import("@gibbon/gibbon/threads");
  init({ kernels: "baseline", threads: wanted });
  if (!kernels().includes("threads")) return;
  for (let waited = 0; threads() < wanted && waited < PATIENCE; waited += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** SHA-256, in hexadecimal, of every output of the cases, by `case.output`. */
export async function conformance(
  { start = startKernels, only, onOutput }: ConformanceOptions = {},
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const { name, threads = 1, run } of cases) {
    if (only && !only.includes(name)) continue;
    await start(threads);
    for (const [output, bytes] of Object.entries(await run())) {
      const row = `${name}.${output}`;
      onOutput?.(row, bytes);
      hashes[row] = await sha256(new Uint8Array(bytes));
    }
  }
  await start(1);
  return hashes;
}

/** The rows in which `hashes` is not `wanted`, those that only one of the two has included. */
export function differences(
  hashes: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  const rows = new Set([...Object.keys(wanted), ...Object.keys(hashes)]);
  return [...rows].filter((row) => hashes[row] !== wanted[row]);
}
