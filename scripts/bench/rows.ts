/** Timings as figures: medians with their spread. @module */

import { type Subject, type Timing, UNITS } from "./measure.ts";

/** One line of the result. */
export interface Row {
  readonly part: string;
  readonly name: string;
  /** Where several are compared. */
  readonly library?: string;
  /** Build of the kernels; none for other libraries. */
  readonly kernels?: string;
  readonly threads?: number;
  readonly unit: string;
  /** Median over the rounds, in `unit`. */
  readonly median: number;
  /** First and third quartile. */
  readonly quartiles: readonly [number, number];
  /** Best round. */
  readonly best: number;
  readonly rounds: number;
  /** Calls in each round. */
  readonly calls: number;
  /** Median over the rounds of its share of the machine's limit in the same round. */
  readonly share?: number;
  /** Median over the rounds of its time in parts of that of what it is compared to. */
  readonly ratio?: number;
}

/** The rows of a part; a share is taken round by round, of the limit with the best median. */
export function rowsOf(part: string, subjects: readonly Subject[], timings: readonly Timing[]): Row[] {
  return subjects.map((subject, i) => {
    const { name, config, unit, amount, limits, beyond, by, against } = subject;
    const figure = (seconds: number) => UNITS[unit](amount, seconds);
    const { calls } = timings[i];
    const less = beyond && timings[subjects.indexOf(beyond)].seconds;
    const seconds = timings[i].seconds.map((each, round) => each - (less?.[round] ?? 0));
    const times = seconds.toSorted((a, b) => a - b);
    const [a, b] = [figure(at(times, 0.25)), figure(at(times, 0.75))];
    return {
      part,
      name,
      ...by,
      ...config,
      unit,
      median: figure(at(times, 0.5)),
      quartiles: [Math.min(a, b), Math.max(a, b)],
      best: figure(times[0]),
      rounds: seconds.length,
      calls,
      ...(limits && { share: shareOf(subject, i) }),
      ...(against && { ratio: ratioOf(seconds, timings[subjects.indexOf(against)].seconds) }),
    };
  });

  function shareOf({ amount, limits = [], config }: Subject, i: number): number {
    const speeds = limits.map((limit) => {
      const index = subjects.indexOf(limit);
      return timings[index].seconds.map((seconds) => limit.amount / seconds);
    });
    const best = speeds.toSorted((a, b) => median(b) - median(a))[0];
    const threads = config?.threads ?? 1;
    return median(timings[i].seconds.map((seconds, round) => amount / seconds / best[round] / threads));
  }
}

function ratioOf(seconds: readonly number[], others: readonly number[]): number {
  return median(seconds.map((each, round) => each / others[round]));
}

/** The middle of `values`. */
export function median(values: readonly number[]): number {
  return at(values.toSorted((a, b) => a - b), 0.5);
}

/** The quantile of sorted values, by linear interpolation. */
function at(sorted: readonly number[], quantile: number): number {
  const place = (sorted.length - 1) * quantile;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place % 1);
}
