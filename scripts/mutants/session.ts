/** A process in which tests run again and again, each time with another fault. @module */

import { TextLineStream } from "../bench/peers/lines.ts";

/** What the tests of a fault said: the one that failed, none, or no answer in time. */
export type Said = { readonly failed: string | null } | "late";

/** Seconds in which files are loaded. */
const LOADING = 300;

/** Tests in a process of their own. */
export class Session implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(cwd: string, fault: number, tests: readonly string[]) {
    this.#child = new Deno.Command("deno", {
      args: ["run", "-P=test", "-q", "--no-check", "scripts/mutants/runner.ts", `${fault}`, ...tests],
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#orders = this.#child.stdin.getWriter();
  }

  /** The tests of the project in `cwd`, loaded while `fault` is there; 0 is none. */
  static async open(cwd: string, fault: number, tests: readonly string[]): Promise<Session> {
    const session = new Session(cwd, fault, tests);
    await session.#answer(LOADING);
    return session;
  }

  /** What the tests say while `fault` is there, within `seconds`. After "late" the session is over. */
  async run(fault: number, seconds: number): Promise<Said> {
    try {
      await this.#orders.write(new TextEncoder().encode(`${fault}\n`));
    } catch {
      // a process that ended says nothing
    }
    const answer = await this.#answer(seconds);
    return answer === undefined ? "late" : JSON.parse(answer);
  }

  async #answer(seconds: number): Promise<string | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), 1000 * seconds);
    });
    const answer = await Promise.race([this.#lines.read().then(({ value }) => value), late]);
    clearTimeout(timer);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#child.status;
    await this.#orders.abort().catch(() => {});
    await this.#lines.cancel().catch(() => {});
  }
}
