/** The tests of a folder, which know the faults that each of them meets. @module */

import { UserError } from "../errors.ts";
import { Session } from "./session.ts";

/** What became of a fault: a test failed, or took too long; none did; or no test meets it. */
export type Outcome = "noticed" | "slow" | "survived" | "unreached";

/** What became of a fault, the test that noticed it, and how many there were to run. */
export interface Judged {
  readonly outcome: Outcome;
  readonly by?: string;
  readonly ran: number;
  readonly of: number;
}

/** How many times as long as without a fault a test may take, and milliseconds more. */
const PATIENCE = { times: 10, milliseconds: 2000 };

const limitOf = ({ milliseconds }: { readonly milliseconds: number }) =>
  PATIENCE.times * milliseconds + PATIENCE.milliseconds;

/** Milliseconds of the processor that a test may take without a fault. */
const LONGEST = 300_000;

interface Test {
  readonly index: number;
  readonly file: string;
  readonly name: string;
  readonly milliseconds: number;
  readonly reached: ReadonlySet<number>;
}

/** Tests in processes that are opened as they are needed. */
export class Suite implements AsyncDisposable {
  #session?: Session;
  #tests: Test[] = [];
  #atLoad: ReadonlySet<number> = new Set();
  /** Tests that fail without a fault, and are left out. */
  readonly failing: string[] = [];

  private constructor(readonly cwd: string, readonly files: readonly string[], readonly most: number) {}

  /**
   * Runs each test once without a fault: those that fail then are left out. Faults are counted up to `most`;
   * `onTest` is called before each test, with how much is done.
   */
  static async open(
    cwd: string,
    { files, most, onTest, signal }: {
      files: readonly string[];
      most: number;
      onTest: (done: number, name: string) => void;
      signal: AbortSignal;
    },
  ): Promise<Suite> {
    const suite = new Suite(cwd, files, most);
    const session = await suite.#open();
    const { tests, reached, problem } = session.ready;
    if (problem !== undefined) {
      throw new UserError(`The tests ${files.join(", ")} cannot be loaded: ${problem}`);
    }
    suite.#atLoad = new Set(reached);
    for (const [index, { file, name }] of tests.entries()) {
      if (signal.aborted) break;
      onTest(index / tests.length, name);
      const said = await (await suite.#open()).run({ fault: 0, test: index, milliseconds: LONGEST });
      if (said === "late" || said.failed) suite.failing.push(`${file}: ${name}`);
      if (said === "late") await suite.#end();
      else if (!said.failed) {
        const { milliseconds, reached } = said;
        suite.#tests.push({ index, file, name, milliseconds, reached: new Set(reached) });
      }
    }
    return suite;
  }

  /** How many tests pass without a fault. */
  get size(): number {
    return this.#tests.length;
  }

  /**
   * Whether the tests notice `fault`, whose `leader` and the file's other leaders, `all`, are met by those that concern it.
   * Tests of the files `near` come first, then the quickest, up to `milliseconds` in all as they take without a fault.
   */
  async judge(
    fault: number,
    { leader, all, near, milliseconds }: {
      leader: number;
      all: readonly number[];
      near: readonly string[];
      milliseconds: number;
    },
  ): Promise<Judged> {
    const atLoad = this.#atLoad.has(leader);
    const concerned = this.#tests.filter(({ reached }) =>
      reached.has(leader) || atLoad && all.some((each) => reached.has(each))
    ).sort((a, b) =>
      Number(near.includes(b.file)) - Number(near.includes(a.file)) || a.milliseconds - b.milliseconds
    );
    const of = concerned.length;
    if (of === 0) return { outcome: "unreached", ran: 0, of };
    let ran = 0, left = milliseconds;
    for (const test of concerned) {
      if (left <= 0) break;
      left -= test.milliseconds;
      ran++;
      const outcome = await (atLoad ? this.#alone(fault, test) : this.#noticed(fault, test));
      if (outcome) return { outcome, by: `${test.file}: ${test.name}`, ran, of };
    }
    return { outcome: "survived", ran, of };
  }

  /** What one test makes of a fault. What another fault has left behind must not fail it. */
  async #noticed(fault: number, test: Test): Promise<"noticed" | "slow" | undefined> {
    const run = async (fault: number) => {
      const said = await (await this.#open()).run({ fault, test: test.index, milliseconds: limitOf(test) });
      if (said === "late") {
        await this.#end();
        return "slow";
      }
      return said.failed ? "noticed" : undefined;
    };
    const first = await run(fault);
    if (first !== "noticed" || await run(0) === undefined) return first;
    await this.#end();
    return await run(fault);
  }

  /** The same in a process that loads the test's file, and with it the fault. */
  async #alone(fault: number, test: Test): Promise<"noticed" | "slow" | undefined> {
    await using session = await Session.open(this.cwd, { fault, most: this.most, files: [test.file] });
    if (session.ready.problem !== undefined) return "noticed";
    const place = session.ready.tests.findIndex(({ name }) => name === test.name);
    if (place < 0) return "noticed";
    const said = await session.run({ fault, test: place, milliseconds: limitOf(test) });
    return said === "late" ? "slow" : said.failed ? "noticed" : undefined;
  }

  async #open(): Promise<Session> {
    return this.#session ??= await Session.open(this.cwd, { most: this.most, files: this.files });
  }

  async #end(): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]();
    this.#session = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
