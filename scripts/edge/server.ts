/** Servers of the examples, each a process of its own. @module */

/** A server that runs. */
export interface Server extends AsyncDisposable {
  /** Where it listens, without a path. */
  readonly url: string;
  readonly pid: number;
  /** What it has written, to standard output and standard error. */
  readonly output: () => string;
}

/** How a server is started. */
export interface ServerOptions {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds in which a server must listen. */
const PATIENCE = 30_000;

/** How servers say where they listen; workerd names the port alone. */
const LISTENS = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)|"socket":"http","port":(\d+)/;

/**
 * The server that the program at `path` is, once it listens. Leaving the block of `await using` ends it.
 *
 * @throws {Error} if it ends before, or takes too long
 */
export async function started(path: string, { args, cwd, env }: ServerOptions): Promise<Server> {
  const process = new Deno.Command(path, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const listening = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    // to the end: a full pipe would stop the server
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const [, port, other] = LISTENS.exec(text) ?? [];
      if (port ?? other) listening.resolve(`http://127.0.0.1:${port ?? other}`);
    }
  };
  const fail = (why: string) =>
    listening.reject(new Error(`${path.split("/").at(-1)} ${why}: ${text.slice(-500)}`));
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  reading.then(() => fail("ended"));
  const timer = setTimeout(() => fail("does not listen"), PATIENCE);
  const stop = async () => {
    clearTimeout(timer);
    try {
      process.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await Promise.all([process.status, reading]);
  };
  try {
    const url = await listening.promise;
    clearTimeout(timer);
    return { url, pid: process.pid, output: () => text, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const root = new URL("../../", import.meta.url).pathname;

/** The example under Deno, on the sources. */
export function denoExample(): Promise<Server> {
  const options = ["--no-prompt", "--host", "127.0.0.1", "--port", "0", "--allow-read"];
  const args = ["serve", ...options, "--config", `${root}deno.json`, `${root}scripts/edge/examples/deno.ts`];
  return started(Deno.execPath(), { args });
}
