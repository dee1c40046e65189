/** Examples on the installed hosts, one after the other. @module */

import { stop } from "esbuild";
import type { Context } from "../cli/command.ts";
import { findAll } from "../release/runtimes/rows.ts";
import { tools } from "../release/runtimes/tools.ts";
import { type Host, HOSTS, type ServerSetup } from "./hosts.ts";
import { type Examples, installExamples } from "./project.ts";

/** The result of a host. */
export interface Row<T> {
  readonly host: string;
  /** Its version; none if it is not installed. */
  readonly version?: string;
  /** What to install if it is missing, or what went wrong. */
  readonly problem?: string;
  /** What was found, if nothing went wrong. */
  readonly found?: T;
}

/** What every host is given. */
export interface HostTask extends ServerSetup {
  /** None where only Deno runs, on the sources. */
  readonly examples?: Examples;
  readonly signal: AbortSignal;
}

/** What `act` finds on each of the hosts called `names`; the examples are installed where one needs that. */
export async function runOnHosts<T>(
  names: readonly string[],
  { title, onnx, context }: { title: string; onnx?: boolean; context: Context },
  act: (host: Host, given: HostTask, tell: (part: number) => void) => Promise<T>,
): Promise<Row<T>[]> {
  const hosts = HOSTS.filter(({ name }) => names.includes(name));
  const work = await Deno.makeTempDir();
  try {
    return await context.interruptible(async (signal) => {
      using progress = context.progress(title);
      const found = await findAll([...hosts, { needs: [tools.npm] }]);
      const missing = ({ needs }: Host) => needs.find((tool) => !found.get(tool));
      const npm = found.get(tools.npm)?.path;
      const installs = hosts.some((host) => host.needs.length > 0 && !missing(host));
      progress.update(0, "installing the package");
      const examples = installs && npm ? await installExamples(work, { npm, onnx, signal }) : undefined;
      const rows: Row<T>[] = [];
      for (const host of hosts) {
        const tell = (part: number) => progress.update((rows.length + part) / hosts.length, host.name);
        tell(0);
        const tool = missing(host);
        if (tool) {
          rows.push({
            host: host.name,
            problem: `${tool.name} is not installed; to install it: ${tool.install}`,
          });
          continue;
        }
        const own = found.get(host.needs[0]);
        const row = { host: host.name, version: own?.version ?? Deno.version.deno };
        const place = { folder: examples?.folder ?? ".", path: own?.path ?? Deno.execPath() };
        try {
          rows.push({ ...row, found: await act(host, { ...place, examples, signal }, tell) });
        } catch (error) {
          signal.throwIfAborted();
          rows.push({ ...row, problem: error instanceof Error ? error.message : String(error) });
        }
      }
      return rows;
    });
  } finally {
    await stop();
    await Deno.remove(work, { recursive: true });
  }
}

/** Lines about what went wrong or is not installed. */
export function problemsOf(rows: readonly Row<unknown>[]): string[] {
  return rows.flatMap(({ host, problem }) => problem === undefined ? [] : [`${host}: ${problem}`]);
}
