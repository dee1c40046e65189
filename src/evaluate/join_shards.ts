/** What is known of all parts of the data together. @module */

import type { Standing } from "./standing.ts";
import type { Search } from "./search.ts";
import type { Counted, Shard, ShardAt } from "./shard.ts";
import type { Finding } from "./warnings.ts";

/** What is known of all parts together, in their order. */
export function joined(shards: readonly Shard[], { stages }: Pick<Search, "stages">): Shard {
  const order = stages.map(({ name }) => name);
  let examples = 0;
  const starts = shards.map(({ standing }) => {
    const start = examples;
    examples += standing.by.length;
    return start;
  });
  const all = <T>(of: (standing: Standing) => ArrayLike<T>): T[] =>
    shards.flatMap(({ standing }) => Array.from(of(standing)));
  const standing: Standing = {
    by: all(({ by }) => by),
    size: Float64Array.from(all(({ size }) => size)),
    certified: Float64Array.from(all(({ certified }) => certified)),
    queries: Int32Array.from(all(({ queries }) => queries)),
    inside: shards.flatMap(({ standing: { inside } }, k) => inside.map((row) => starts[k] + row)),
  };
  const findings = joinedFindings(shards, starts);
  return {
    standing,
    sure: shards.reduce((sum, { sure }) => sum + sure, 0),
    at: shards[0].at.map((_, i) => joinedAt(shards, i)),
    // a stage that had nothing to do on the first part stands last
    findings: findings.sort((a, b) =>
      a.epsilon - b.epsilon || order.indexOf(a.stage.name) - order.indexOf(b.stage.name)
    ),
  };
}

/** The same at the size in place `i`. */
function joinedAt(shards: readonly Shard[], i: number): ShardAt {
  const at = shards.map(({ at }) => at[i]);
  // what is fooled where a stage was not tried is what was fooled before it
  const fooled = at.map(({ before }) => before);
  const stages = at[0].stages.map((_, k) => {
    at.forEach(({ stages }, j) => fooled[j] = stages[k]?.count ?? fooled[j]);
    const tried = at.map(({ stages }) => stages[k]).filter((each) => each !== null);
    return tried.length > 0 ? { count: sumOf(fooled), seconds: secondsOf(tried) } : null;
  });
  const certified = at.map(({ certified }) => certified).filter((each) => each !== null);
  return {
    before: sumOf(at.map(({ before }) => before)),
    after: sumOf(at.map(({ after }) => after)),
    stages,
    certified: certified.length > 0
      ? { count: sumOf(certified.map(({ count }) => count)), seconds: secondsOf(certified) }
      : null,
    witness: at.some(({ witness }) => witness),
    complete: at.every(({ complete }) => complete),
  };
}

/** Findings of the same stage at the same size as one, in the order of the cascade. */
function joinedFindings(shards: readonly Shard[], starts: readonly number[]): Finding[] {
  const found = new Map<string, Finding>();
  shards.forEach(({ findings }, k) => {
    for (const { stage, epsilon, open, newlyFooled, zeroGradients } of findings) {
      const key = `${epsilon} ${stage.name}`, counted = found.get(key);
      found.set(key, {
        stage,
        epsilon,
        open: (counted?.open ?? 0) + open,
        newlyFooled: [...counted?.newlyFooled ?? [], ...newlyFooled.map((row) => starts[k] + row)],
        zeroGradients: (counted?.zeroGradients ?? 0) + zeroGradients,
      });
    }
  });
  return [...found.values()];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function secondsOf(parts: readonly Counted[]): number | null {
  return parts.every(({ seconds }) => seconds !== null) ? sumOf(parts.map(({ seconds }) => seconds!)) : null;
}
