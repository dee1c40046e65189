/** The processes of the tests of a queue: its server, workers, and commands. @module */

import { assertEquals } from "@std/assert";

export const root = new URL("../../../", import.meta.url).pathname;

/** Milliseconds that pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A free port. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** Waits until `ready` says so, for 20 s at most. */
export async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400 && !await ready(); i++) await pause(50);
}

/** A process of the command line, of the code in `code`. */
export function gibbon(
  args: readonly string[],
  { code = root, env }: { code?: string; env?: Record<string, string> } = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "-c", `${code}deno.json`, `${code}scripts/cli/gibbon.ts`, ...args],
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
}

/** What a process of the command line says on both streams, and its exit code. */
export async function said(
  args: readonly string[],
  how: Parameters<typeof gibbon>[1] = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await gibbon(args, how).output();
  return { code, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}

/** The same of one that must succeed. */
export async function succeeds(
  args: readonly string[],
  how: Parameters<typeof gibbon>[1] = {},
): Promise<string> {
  const { code, text } = await said(args, how);
  assertEquals(code, 0, text);
  return text;
}

/** A server of queues at `port`, with the options `tls` by TLS alone, which writes down each change before it answers; ready when something answers there. */
export async function startServer(
  { folder, port, tls }: { folder: string; port: number; tls?: readonly string[] },
): Promise<Deno.ChildProcess> {
  const listening = tls ? ["--port", "0", "--tls-port", `${port}`, ...tls] : ["--port", `${port}`];
  const kept = ["--dir", folder, "--appendonly", "yes", "--save", ""];
  const process = new Deno.Command("redis-server", {
    args: [...listening, "--bind", "127.0.0.1", ...kept],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(() => answers(port));
  return process;
}

/** Whether a server answers at `port`. */
export async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
    return true;
  } catch {
    return false;
  }
}

/** Ends a process at once, if it still runs. */
export async function end(process: Deno.ChildProcess | undefined): Promise<void> {
  try {
    process?.kill("SIGKILL");
  } catch {
    // it has ended already
  }
  await process?.status;
}

/** What a report says, without what differs from run to run: times, and where it was made. */
export async function report(file: string): Promise<unknown> {
  const text = await Deno.readTextFile(file);
  return JSON.parse(text, (key, value) => key === "seconds" || key === "made" ? undefined : value);
}

/** What the tests of a queue share: a folder, small data, and what one process makes of them. */
export interface Setup {
  readonly folder: string;
  /** The command whose work is done by a queue. */
  readonly reproduce: readonly string[];
  /** The report of one process. */
  readonly expected: unknown;
}

/** Passes if the reproduction by the queue at `url` gives the report of one process; gives what it says. */
export async function reproduces(
  { folder, reproduce, expected }: Setup,
  { store, env, queue }: { queue: string; store: string; env?: Record<string, string> },
): Promise<string> {
  const json = `${folder}/report.json`;
  const text = await succeeds([...reproduce, "--queue", queue, "--store", store, "--json", json], { env });
  assertEquals(await report(json), expected, "the queue's report is that of one process");
  return text;
}
