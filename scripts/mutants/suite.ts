/** The tests of a folder, with the faults that each of them reaches. @module */

import { UserError } from "../errors.ts";
import { Session } from "./session.ts";

/** The result of a fault: a test failed, or took too long; none did; or no test reaches it. */
export type Outcome = "noticed" | "slow" | "survived" | "unreached";

/** The result of a fault, the test that noticed it, and how many tests reach it. */
export interface Judged {
  readonly outcome: Outcome;
  readonly by?: string;
  readonly ran: number;
  readonly of: number;
}

/** How many times as long as without a fault a test may take, and milliseconds of the processor more. */
const PATIENCE = { times: 10, milliseconds: 500 };

const limitOf = ({ milliseconds }: { readonly milliseconds: number }) =>
  PATIENCE.times * milliseconds + PATIENCE.milliseconds;

/** How much the last fault counts in the share of faults that a test notices. */
const NEWEST = 0.2;

interface Test {
  readonly index: number;
  readonly file: string;
  readonly name: string;
  readonly milliseconds: number;
  readonly reached: ReadonlySet<number>;
  /** Share of the faults that it noticed, the last ones counting most. */
  share: number;
}

/** A fault, its `leader`, and the other leaders of its file, `all`, which are met by the tests that concern it. */
export interface Asked {
  readonly fault: number;
  readonly leader: number;
  readonly all: readonly number[];
  /** Files whose tests come first. */
  readonly near: readonly string[];
  /** Milliseconds of tests, as long as they take without the fault. */
  readonly milliseconds: number;
}

/** Tests in processes that are opened as they are needed. */
export class Suite implements AsyncDisposable {
  #session?: Session;
  /** Sessions so far. */
  #opened = 0;
  #tests: Session["ready"]["tests"] = [];
  /** What is known of each test, by its place in the list; null if it fails without a fault. */
  readonly #known = new Map<number, Test | null>();
  #atLoad: ReadonlySet<number> = new Set();
  private constructor(
    readonly cwd: string,
    readonly files: readonly string[],
    readonly most: number,
    readonly longest: number,
    readonly onLeftOut: (test: string) => void,
  ) {}

  /**
   * The tests of `files` that take up to `longest` milliseconds without a fault, for faults that are counted up to `most`.
   * `onLeftOut` is called with each other test and the reason.
   */
  static async open(
    cwd: string,
    { files, most, longest, onLeftOut }: {
      files: readonly string[];
      most: number;
      longest: number;
      onLeftOut: (test: string) => void;
    },
  ): Promise<Suite> {
    const suite = new Suite(cwd, files, most, longest, onLeftOut);
    const { tests, reached, problem } = (await suite.#open()).ready;
    if (problem !== undefined) {
      throw new UserError(`The tests ${files.join(", ")} cannot be loaded: ${problem}`);
    }
    suite.#tests = tests;
    suite.#atLoad = new Set(reached);
    return suite;
  }

  /**
   * The result of each fault. State that one fault leaves behind must not fail a test of another: the tests that
   * noticed faults have to pass again without one, or each fault is judged anew with such a check of its own.
   */
  async judge(asked: readonly Asked[]): Promise<Judged[]> {
    const opened = this.#opened;
    const judged: Judged[] = [], failed = new Set<Test>();
    for (const each of asked) judged.push(await this.#judgeOne(each, failed));
    if (failed.size === 0 || this.#opened === opened && await this.#pass(failed)) return judged;
    judged.length = 0;
    for (const each of asked) {
      const failed = new Set<Test>();
      let one = await this.#judgeOne(each, failed);
      if (failed.size > 0 && !await this.#pass(failed)) {
        await this.#end();
        one = await this.#judgeOne(each, failed);
        await this.#end();
      }
      judged.push(one);
    }
    return judged;
  }

  /** Whether `tests` pass without a fault. */
  async #pass(tests: Iterable<Test>): Promise<boolean> {
    for (const test of tests) if (await this.#run(0, test) !== undefined) return false;
    return true;
  }

  /** Adds to `failed` a test that has failed in the process that others share. */
  async #judgeOne(asked: Asked, failed: Set<Test>): Promise<Judged> {
    const { fault, milliseconds } = asked, atLoad = this.#atLoad.has(asked.leader);
    let ran = 0, of = 0, left = milliseconds;
    // what is there while files are loaded needs a process of its own
    await using alone = atLoad ? await this.#load(fault) : undefined;
    for await (const test of this.#concerned(asked, atLoad)) {
      of++;
      if (left <= 0) break;
      left -= test.milliseconds;
      ran++;
      const outcome = alone ? await this.#runIn(alone, fault, test) : await this.#run(fault, test);
      test.share += NEWEST * (Number(outcome !== undefined) - test.share);
      if (outcome === undefined) continue;
      if (!alone && outcome === "noticed") failed.add(test);
      return { outcome, by: `${test.file}: ${test.name}`, ran, of };
    }
    return { outcome: of === 0 ? "unreached" : "survived", ran, of };
  }

  /** The tests that meet a fault: those near it first, and then those whose last faults took the least time to notice. */
  async *#concerned({ leader, all, near }: Asked, atLoad: boolean): AsyncGenerator<Test> {
    const expected = ({ milliseconds, share }: Test) => milliseconds / share;
    for (const isNear of [true, false]) {
      // what is there while files are loaded may concern every test near it
      const meets = ({ reached }: Test) =>
        reached.has(leader) || atLoad && (isNear || all.some((each) => reached.has(each)));
      const places = this.#tests.keys().filter((i) => near.includes(this.#tests[i].file) === isNear)
        .toArray();
      const unknown = places.filter((i) => !this.#known.has(i));
      const known = places.flatMap((i) => this.#known.get(i) ?? []);
      yield* known.filter(meets).sort((a, b) => expected(a) - expected(b));
      for (const index of unknown) {
        const test = await this.#look(index);
        if (test && meets(test)) yield test;
      }
    }
  }

  /** A test as it is without a fault. */
  async #look(index: number): Promise<Test | undefined> {
    const { file, name } = this.#tests[index];
    const said = await (await this.#open()).run({ fault: 0, test: index, milliseconds: this.longest });
    if (said === "late") await this.#end();
    if (said === "late" || said.failed) {
      this.onLeftOut(`${file}: ${name}: ${said === "late" ? "takes too long" : "fails without a fault"}`);
      this.#known.set(index, null);
      return undefined;
    }
    const { milliseconds, reached } = said;
    const test = { index, file, name, milliseconds, reached: new Set(reached), share: 0.5 };
    this.#known.set(index, test);
    return test;
  }

  async #run(fault: number, test: Test): Promise<"noticed" | "slow" | undefined> {
    const outcome = await this.#runIn(await this.#open(), fault, test);
    if (outcome === "slow") await this.#end();
    return outcome;
  }

  async #runIn(session: Session, fault: number, test: Test): Promise<"noticed" | "slow" | undefined> {
    const { file, name } = session.ready.tests[test.index] ?? {};
    if (session.ready.problem !== undefined || file !== test.file || name !== test.name) return "noticed";
    const said = await session.run({ fault, test: test.index, milliseconds: limitOf(test) });
    return said === "late" ? "slow" : said.failed ? "noticed" : undefined;
  }

  async #open(): Promise<Session> {
    if (!this.#session) {
      this.#opened++;
      this.#session = await this.#load(0);
    }
    return this.#session;
  }

  #load(fault: number): Promise<Session> {
    return Session.open(this.cwd, { fault, most: this.most, files: this.files });
  }

  async #end(): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]();
    this.#session = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
