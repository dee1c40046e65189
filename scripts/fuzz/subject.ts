/** What is fuzzed, and the law that all of it has to keep. @module */

import process from "node:process";
import type fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import { UserError } from "../errors.ts";
import { bytesAllocated } from "./allocation.ts";

/** A part of the library that reads untrusted data. */
export interface Subject<T = unknown> {
  /** Its name for `--only`. */
  readonly name: string;
  /** What it takes: plain data that `encode` of corpus.ts can write. */
  readonly inputs: fc.Arbitrary<T>;
  /** Bytes of an input, for readers, whose memory is limited by them; default no limit. */
  readonly size?: (input: T) => number;
  /** Takes one; throws what is refused, or whatever else a bug throws. */
  readonly run: (input: T) => unknown;
}

/** What became of an input; the last three are finds. */
export type Outcome = "answered" | "refused" | "unclear" | "slow" | "large";

/** What became of an input, and in words what is wrong with that. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly problem?: string;
}

/** Characters of a message, milliseconds of the processor for a call, bytes of memory beside twice the input. */
export const LIMITS = { message: 400, milliseconds: 1000, bytes: 2 ** 26 } as const;

/** `subject` of inputs of whatever type, as the table of all holds it. */
export function subject<T>(definition: Subject<T>): Subject {
  return definition as Subject as Subject<unknown>;
}

/**
 * What becomes of `input`: it has to be answered, or refused in one clear sentence, within so many milliseconds. What
 * breaks this is tried once more: code may have been compiled meanwhile, the processor's time counts and not that of
 * others, and errors now say where they come from.
 */
export async function judge(
  subject: Subject,
  input: unknown,
  { milliseconds = LIMITS.milliseconds }: { milliseconds?: number } = {},
): Promise<Verdict> {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let first: Verdict;
  try {
    first = await judgeOnce(subject, input, { milliseconds, now: () => performance.now() });
  } finally {
    Error.stackTraceLimit = depth;
  }
  if (first.outcome === "answered" || first.outcome === "refused") return first;
  const second = await judgeOnce(subject, input, { milliseconds, now: spent });
  return first.outcome === "slow" || second.outcome === first.outcome ? second : first;
}

/** Milliseconds that the processor has worked for this process, however many others it works for. */
export function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function judgeOnce(
  { size, run }: Subject,
  input: unknown,
  { milliseconds, now }: { milliseconds: number; now: () => number },
): Promise<Verdict> {
  const before = bytesAllocated(), started = now();
  let refusal: string | undefined;
  try {
    await run(input);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof UserError)) {
      return { outcome: "unclear", problem: `threw ${described(error)}` };
    }
    refusal = error.message;
  }
  const took = now() - started, bytes = bytesAllocated() - before;
  const unclear = refusal === undefined ? undefined : unclearness(refusal);
  if (unclear) return { outcome: "unclear", problem: `${unclear}: ${JSON.stringify(refusal)}` };
  if (took > milliseconds) return { outcome: "slow", problem: `took ${Math.round(took)} ms` };
  const limit = size === undefined ? Infinity : 2 * size(input) + LIMITS.bytes;
  if (bytes > limit) return { outcome: "large", problem: `allocated ${bytes} bytes, more than ${limit}` };
  return { outcome: refusal === undefined ? "answered" : "refused" };
}

/** What keeps `message` from being one clear sentence, if anything. */
export function unclearness(message: string): string | undefined {
  if (message.length > LIMITS.message) return `a message of ${message.length} characters`;
  if (/[\p{Cc}\u2028\u2029]/u.test(message)) return "a message with control characters";
  if (/\[object \w+\]|\bundefined is not (a|an|iterable)\b|^\s*$/.test(message)) return "an empty message";
  return undefined;
}

function described(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? `${error.name}: ${error.message}`).split("\n").slice(0, 5).join("\n")
    : String(error);
}
