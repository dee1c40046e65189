/** Where a report is made, and by which code. @module */

import { cpus } from "node:os";
import { versions } from "node:process";
import project from "../../deno.json" with { type: "json" };
import type { Provenance } from "../../src/report/report.ts";
import { TRAINING_VERSIONS } from "../../src/train/mod.ts";
import { commit } from "./commit.ts";

/** This code on this machine, with so many tasks at a time. */
export async function provenance(jobs: number): Promise<Provenance> {
  const { os, arch } = Deno.build;
  return {
    version: project.version,
    commit: await commit(new URL("../../", import.meta.url)),
    training: TRAINING_VERSIONS,
    machine: {
      cpu: processor(),
      cores: navigator.hardwareConcurrency,
      jobs,
      system: `${os} ${arch}`,
      engine: engine(versions),
    },
  };
}

/** The host that runs this, by what each says of itself. */
function engine({ deno, bun, node, v8 }: Readonly<Record<string, string | undefined>>): string {
  if (bun) return `Bun ${bun}`;
  return `${deno ? `Deno ${deno}` : `Node ${node}`}, V8 ${v8}`;
}

/** Its name, where Deno may ask for it. */
function processor(): string | undefined {
  try {
    return cpus()[0]?.model || undefined;
  } catch {
    return undefined;
  }
}
