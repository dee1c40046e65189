/** The processes that a measurement of the queue starts: its server, workers, and commands. @module */

/** What the processes of one measurement share. */
export interface Place extends AsyncDisposable {
  /** Where files go. */
  readonly folder: string;
  /** Address of the queue. */
  readonly url: string;
}

/** A process and its processor time in seconds. */
export interface Running extends AsyncDisposable {
  seconds(): Promise<number>;
}

/** Jiffies per second on Linux. */
const JIFFIES = 100;

const root = new URL("../../../", import.meta.url).pathname;

/** A server of queues, with a folder of its own, until it is disposed. */
export async function startServer(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const server = started("redis-server", args);
  return {
    folder,
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A worker of the queue that does one job at a time, until it is disposed. */
export function startWorker(url: string, store: string): Running {
  return started(Deno.execPath(), line(["worker", "--queue", url, "--store", store, "--concurrency", "1"]));
}

/** Seconds, by the clock and of this process's processor, that a command of the command line takes. @throws {Error} if it fails */
export async function timed(args: readonly string[]): Promise<{ wall: number; processor: number }> {
  const start = performance.now();
  const command = [Deno.execPath(), ...line(args)].map((each) => `'${each}'`).join(" ");
  // the shell reports the time of its children
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `${command} >&2 && times`],
  }).output();
  const wall = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`Cannot measure ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  const [, children] = new TextDecoder().decode(stdout).trim().split("\n");
  const processor = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
  return { wall, processor };
}

/** The arguments of Deno that run the command line with `args`. */
function line(args: readonly string[]): string[] {
  return ["run", "-q", "-A", "-c", `${root}deno.json`, `${root}scripts/cli/gibbon.ts`, ...args];
}

function started(program: string, args: readonly string[]): Running {
  const process = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).spawn();
  return {
    async seconds() {
      // Deno itself reads this only with all permissions
      const { stdout } = await new Deno.Command("cat", { args: [`/proc/${process.pid}/stat`] }).output();
      const fields = new TextDecoder().decode(stdout).split(") ")[1].split(" ");
      return (Number(fields[11]) + Number(fields[12])) / JIFFIES;
    },
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}
