/** Results of planted faults: read from a file, and printed. @module */

import { UserError } from "../errors.ts";
import type { Judged, Outcome } from "./suite.ts";

/** A fault, its result, and the SHA-256 of its unchanged file and of all faults that can be planted there. */
export interface Mutant extends Judged {
  readonly file: string;
  readonly sha256: string;
  readonly number: number;
  readonly line: number;
  readonly change: string;
}

/** The results of an earlier run in the file at `path`; none if there is no such file. */
export async function resultsIn(path: string): Promise<Mutant[]> {
  try {
    return (await Deno.readTextFile(path)).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new UserError(`${path} holds no results of an earlier run: ${(error as Error).message}`);
  }
}

/** Prints the surviving faults of a place and their counts; returns how many survived. */
export function printSurvivors(
  place: string,
  found: readonly Mutant[],
  { print, seed, listed, planted, possible }: {
    print: (text: string) => void;
    seed: number;
    listed: number;
    planted: number;
    possible: number;
  },
): number {
  const survivors = found.filter(({ outcome }) => outcome === "survived" || outcome === "unreached");
  for (const { file, line, change, outcome, ran, of } of survivors) {
    const why = outcome === "unreached"
      ? "no test reaches it"
      : `not noticed by ${of > ran ? `the first ${ran}` : `the ${ran}`} tests that reach it`;
    print(`${file}:${line}  ${change}  (${why})`);
  }
  const count = (of: Outcome) => found.filter(({ outcome }) => outcome === of).length;
  const all = listed + planted < possible
    ? `${listed + planted} of ${possible}, seed ${seed}`
    : `all ${possible}`;
  print(
    `${place}: ${all}: ${count("noticed")} noticed, ${
      count("slow")
    } took too long, ${survivors.length} survived, ` +
      `${listed} known to change nothing, ${planted - found.length} not run`,
  );
  return survivors.length;
}
