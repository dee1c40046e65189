/** Repeated, interleaved timing. @module */

import { EXIT, UserError } from "../errors.ts";
import { type Config, isRunning } from "./configs.ts";

/** The unit of a figure: work per second, or time for an amount of work. */
export const UNITS = {
  "GFLOP/s": (amount: number, seconds: number) => amount / seconds / 1e9,
  "GB/s": (amount: number, seconds: number) => amount / seconds / 1e9,
  "ns/element": (amount: number, seconds: number) => seconds / amount * 1e9,
  "µs": (amount: number, seconds: number) => seconds / amount * 1e6,
  "ms": (amount: number, seconds: number) => seconds / amount * 1e3,
} as const;

/** Something to time. */
export interface Subject {
  /** Its name. */
  readonly name: string;
  /** What it runs on, if that is Gibbon. */
  readonly config?: Config;
  /** The library that does it, where several are compared; and on how many threads, if that is not Gibbon. */
  readonly by?: { readonly library: string; readonly threads: number };
  /** The unit of its figure. */
  readonly unit: keyof typeof UNITS;
  /** Operations, bytes or elements of one call; 1 for plain times. */
  readonly amount: number;
  /** Restarts the kernels of `config`, and prepares everything that runs on them. */
  restart?(): Promise<void>;
  /** Calls it this many times; returns the seconds. */
  sample(calls: number): number | Promise<number>;
  /** Subjects whose best rate is the machine's limit; the figure is reported as a share of it. */
  readonly limits?: readonly Subject[];
  /** A subject whose time is subtracted, round by round. */
  readonly beyond?: Subject;
  /** A subject to which its time is compared. */
  readonly against?: Subject;
}

/** How long to measure. */
export interface SamplingBudget {
  /** Rounds in which each subject is sampled once, at most. */
  readonly rounds: number;
  /** Milliseconds that the rounds may take; a few are made in any case. */
  readonly budget: number;
  /** Least milliseconds of one sample. */
  readonly sample: number;
  /** Milliseconds that each subject runs first, because engines replace code while it runs. */
  readonly warmUp: number;
}

/** The fewest rounds from which a median is taken. */
const MIN_ROUNDS = 5;

/** For results. */
export const FULL: SamplingBudget = { rounds: 15, budget: 20000, sample: 20, warmUp: 200 };

/** For a trial of the command. */
export const QUICK: SamplingBudget = { rounds: 3, budget: 1000, sample: 1, warmUp: 2 };

/** The timings of a subject. */
export interface Timing {
  /** Calls in a sample. */
  readonly calls: number;
  /** Seconds of one call, by round. */
  readonly seconds: readonly number[];
}

/** A `sample` that calls a synchronous function. */
export function repeated(call: () => void): (calls: number) => number {
  return (calls) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / 1000;
  };
}

/** The same for one that gives promises, awaited one after the other. */
export function repeatedAsync(call: () => Promise<unknown>): (calls: number) => Promise<number> {
  return async (calls) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await call();
    return (performance.now() - start) / 1000;
  };
}

/**
 * The timings of `subjects`, in their order: round after round each is sampled once, so that a noisy moment of the
 * machine affects all of them, and ratios within a round stay fair.
 */
export async function measure(
  subjects: readonly Subject[],
  { rounds: most, budget, sample, warmUp }: SamplingBudget,
  onProgress: (done: number, doing: string) => void = () => {},
): Promise<Timing[]> {
  const plan = subjects.map((subject) => ({ subject, calls: 1, seconds: [] as number[] }));
  // subjects of one configuration run together, because changing it takes time
  const order = Map.groupBy(plan, ({ subject: { config } }) => config);
  let [rounds, done] = [most, 0];
  const each = async (visit: (entry: (typeof plan)[number]) => Promise<void>) => {
    for (const [config, entries] of order) {
      const restart = config && !isRunning(config) ? entries[0].subject.restart : undefined;
      await restart?.();
      for (const entry of entries) {
        // a configuration that has just started is slower at first
        if (restart) await entry.subject.sample(1);
        await visit(entry);
        // lets Ctrl-C be handled
        await new Promise((resolve) => setTimeout(resolve, 0));
        onProgress(++done / (plan.length * (rounds + 1)), entry.subject.name);
      }
    }
  };
  await each(async (entry) => void (entry.calls = await calibrate(entry.subject, { sample, warmUp })));
  for (let round = 0, from = performance.now(); round < rounds; round++) {
    await each(async ({ subject, calls, seconds }) => {
      seconds.push(await subject.sample(calls) / calls);
    });
    const spent = performance.now() - from;
    rounds = Math.min(most, Math.max(MIN_ROUNDS, Math.ceil(budget * (round + 1) / spent)));
  }
  return plan.map(({ calls, seconds }) => ({ calls, seconds }));
}

/** The failure of a benchmark at Ctrl-C, while the parts `left` were not yet done. */
export function interrupted(name: string, left: readonly string[]): UserError {
  return new UserError(
    `${name} was interrupted; the tables above are complete, no file was written, and --only ${
      left.join(",")
    } measures the rest`,
    EXIT.interrupted,
  );
}

/** How many calls fill a sample, found while warming up. */
async function calibrate(
  { sample: run }: Subject,
  { sample, warmUp }: Pick<SamplingBudget, "sample" | "warmUp">,
): Promise<number> {
  let calls = 1;
  for (let spent = 0;;) {
    const took = 1000 * await run(calls);
    spent += took;
    // faster code arrives from the compiler's thread only while this one yields
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (took >= sample && spent >= warmUp) return calls;
    if (took < sample) calls = Math.ceil(calls * Math.min(8, Math.max(1.2, 1.1 * sample / took)));
  }
}
