/** What a host in another language is, as far as its check needs to know. @module */

import { UserError } from "../errors.ts";
import type { Kernels } from "./expected.ts";

/** Runs a program to its end; what it wrote to standard output. */
export type Run = (command: readonly string[], options?: RunOptions) => Promise<string>;

/** How a program runs. */
export interface RunOptions {
  /** Its working directory. */
  cwd?: string;
  /** Environment variables beside those of this process. */
  env?: Record<string, string>;
}

/** A program that takes a binary and a folder of `fixture`, and prints hashes as JSON. */
export interface Program extends RunOptions {
  readonly command: readonly string[];
}

/** A host in another language. */
export interface Host {
  /** Name of its folder. */
  readonly name: string;
  /** Prints the version of what it needs, and fails where that is missing. */
  readonly probe: readonly string[];
  /** What to install where it is missing. */
  readonly install: string;
  /** The builds that it runs. */
  readonly kernels: readonly Kernels[];
  /** Gets what it needs, into the empty `folder` or what its tools keep, and runs its own tests. */
  prepare(run: Run, folder: string): Promise<Program>;
}

/**
 * Runs programs until `signal` says to end them, showing what they say meanwhile if `loud`; what they leave behind then
 * is in the folder `temporary`.
 */
export function runner(
  { signal, loud, temporary }: { signal: AbortSignal; loud: boolean; temporary: string },
): Run {
  return async ([program, ...args], { cwd, env } = {}) => {
    signal.throwIfAborted();
    const stderr = loud ? "inherit" : "piped";
    const settings = {
      args,
      cwd,
      env: { TMPDIR: temporary, ...env },
      signal,
      stdin: "null",
      stderr,
    } as const;
    const child = new Deno.Command(program, settings);
    const output = await child.output();
    signal.throwIfAborted();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (output.success) return text(output.stdout);
    const written = [text(output.stdout), loud ? "" : text(output.stderr)].join("").trim();
    throw new UserError(
      `Cannot run ${[program, ...args].join(" ")}: it ended with ${output.code}\n${written}`,
    );
  };
}

/** Whether what `host` needs is there. */
export async function isInstalled({ probe: [program, ...args] }: Pick<Host, "probe">): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
