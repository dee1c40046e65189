/** A process in which tests run again and again, each time with another fault. @module */

import { TextLineStream } from "../bench/peers/lines.ts";

/** A test, by its place in a session's list, run while `fault` is there, for so long at most. */
export interface Order {
  readonly fault: number;
  readonly test: number;
  readonly milliseconds: number;
}

/** What a session says once its files are loaded: its tests, and the faults that loading reached. */
export interface Ready {
  readonly tests: readonly { readonly file: string; readonly name: string }[];
  readonly problem?: string;
  readonly reached: readonly number[];
}

/** The result of a test; without a fault also the faults that it reached. */
export interface Answer {
  readonly failed: boolean;
  readonly milliseconds: number;
  readonly reached?: readonly number[];
}

/** Tests in a process of their own. */
export class Session implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  ready!: Ready;

  private constructor(cwd: string, fault: number, most: number, files: readonly string[]) {
    this.#child = new Deno.Command("deno", {
      args: [
        "run",
        "-P=test",
        "-q",
        "--no-check",
        "scripts/mutants/runner.ts",
        `${fault}`,
        `${most}`,
        ...files,
      ],
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#orders = this.#child.stdin.getWriter();
  }

  /** The tests of `files` of the project in `cwd`, loaded while `fault` of `most` is there; 0 is none. */
  static async open(
    cwd: string,
    { fault = 0, most, files }: { fault?: number; most: number; files: readonly string[] },
  ): Promise<Session> {
    const session = new Session(cwd, fault, most, files);
    const ready = await session.#answer<Ready>();
    session.ready = ready ??
      { tests: [], problem: "the process ended while it loaded its files", reached: [] };
    return session;
  }

  /** What becomes of a test. After "late", which a process that ended also counts as, the session is over. */
  async run(order: Order): Promise<Answer | "late"> {
    try {
      await this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    } catch {
      return "late";
    }
    return await this.#answer<Answer | "late">() ?? "late";
  }

  async #answer<T>(): Promise<T | undefined> {
    const { value } = await this.#lines.read();
    return value === undefined ? undefined : JSON.parse(value);
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
