/** Searches for inputs of one subject that break the law, and shrinks each. @module */

import fc from "fast-check";
import { judge, type Outcome, type Subject, type Verdict } from "./subject.ts";

/** What was found about a subject. */
export interface Searched {
  /** Inputs by what became of them, those that shrinking tried aside. */
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly finds: readonly Find[];
  /** Inputs that were tried when it was stopped, if it was; the counts are not known then. */
  readonly stopped?: number;
}

/** An input that breaks the law, the smallest of its kind that was met. */
export interface Find {
  readonly input: unknown;
  readonly problem: string;
  /** Seed of the run that it came from. */
  readonly seed: number;
}

/** Inputs between two looks at the clock. */
const PORTION = 250;

/** What kind of find a problem is: where it comes from, or what it says except for numbers. */
function kindOf({ outcome, problem = "" }: Verdict): string {
  const frame = /\/((?:src|scripts)\/(?!fuzz)[^:]+:\d+)/.exec(problem)?.[1];
  return `${outcome} ${frame ?? problem.slice(0, 60).replace(/\d+/g, "#")}`;
}

/**
 * What `runs` inputs of `subject` show, all chosen by `seed`; stops after `seconds`, and after `most` kinds of finds.
 * `onInput` is called before each, with what `inputAt` takes, and `onShrink` before each
 * smaller one.
 */
export async function search(
  subject: Subject,
  { runs, seed, seconds = Infinity, most = 10, onInput = () => {}, onShrink = () => {} }: {
    runs: number;
    seed: number;
    seconds?: number;
    most?: number;
    onInput?: (seed: number, index: number) => void;
    onShrink?: () => void;
  },
): Promise<Searched> {
  const counts: Record<Outcome, number> = { answered: 0, refused: 0, unclear: 0, slow: 0, large: 0 };
  const known = new Set<string>(), finds: Find[] = [];
  const end = performance.now() + 1000 * seconds;
  let tried = 0;
  while (tried < runs && finds.length < most && performance.now() < end) {
    const from = seed + tried, begun = tried;
    let kind: string | undefined, last: Verdict | undefined;
    const property = fc.asyncProperty(subject.inputs, async (input) => {
      if (kind) onShrink();
      else onInput(from, tried++ - begun);
      const verdict = await judge(subject, input);
      if (!kind) counts[verdict.outcome]++;
      if (verdict.outcome === "answered" || verdict.outcome === "refused") return true;
      const own = kindOf(verdict);
      if (known.has(own) || (kind && own !== kind)) return true;
      [kind, last] = [own, verdict];
      return false;
    });
    const result = await fc.check(property, { seed: from, numRuns: Math.min(runs - tried, PORTION) });
    if (!result.counterexample || !kind) continue;
    known.add(kind);
    finds.push({ input: result.counterexample[0], problem: last?.problem ?? "", seed: from });
  }
  return { counts, finds };
}

/** The input that `search` tried as number `index` of those of `seed`. */
export async function inputAt({ inputs }: Subject, seed: number, index: number): Promise<unknown> {
  let found: unknown, left = index;
  await fc.check(
    fc.asyncProperty(inputs, (input) => {
      if (left-- === 0) found = input;
      return Promise.resolve(true);
    }),
    { seed, numRuns: index + 1 },
  );
  return found;
}
