import { assertEquals } from "@std/assert";
import type { Stage } from "../../src/evaluate/efforts.ts";
import { joined } from "../../src/evaluate/join_shards.ts";
import type { Shard, ShardAt } from "../../src/evaluate/shard.ts";

const stage = (name: string): Stage => ({ name, attack: "fgsm", options: {} });
const stages = ["a", "b", "c"].map(stage);

/** A part of `n` examples, with what is known at one size. */
function part(n: number, at: Partial<ShardAt>, more: Partial<Shard> = {}): Shard {
  return {
    standing: {
      by: Array.from({ length: n }, (_, i) => `${n}.${i}`),
      size: Float64Array.from({ length: n }, (_, i) => n + i / 8),
      certified: Float64Array.from({ length: n }, (_, i) => i),
      queries: Int32Array.from({ length: n }, (_, i) => 10 * n + i),
      inside: Array.from({ length: n - 1 }, (_, i) => i + 1),
    },
    sure: n,
    at: [{
      before: 0,
      stages: [null, null, null],
      certified: null,
      witness: false,
      after: 0,
      complete: true,
      ...at,
    }],
    findings: [],
    ...more,
  };
}

const counted = (count: number, seconds: number | null = 1) => ({ count, seconds });

Deno.test("joined() puts the results of the examples in the order of the parts", () => {
  const { standing, sure } = joined([part(2, {}), part(3, {})], { stages });
  assertEquals(standing, {
    by: ["2.0", "2.1", "3.0", "3.1", "3.2"],
    size: Float64Array.of(2, 2.125, 3, 3.125, 3.25),
    certified: Float64Array.of(0, 1, 0, 1, 2),
    queries: Int32Array.of(20, 21, 30, 31, 32),
    inside: [1, 3, 4],
  });
  assertEquals(sure, 5);
});

Deno.test("joined() counts fooled examples after each stage; where a stage was not tried, the count stays", () => {
  const { at: [all] } = joined([
    part(4, { before: 1, stages: [counted(2), null, counted(4, 0.5)], after: 4 }),
    part(4, { before: 2, stages: [null, null, counted(3, 0.25)], after: 3 }),
    part(4, { before: 0, stages: [counted(1, 3), null, null], after: 1 }),
  ], { stages });
  assertEquals(all, {
    before: 3,
    stages: [counted(2 + 2 + 1, 4), null, counted(4 + 3 + 1, 0.75)],
    certified: null,
    witness: false,
    after: 8,
    complete: true,
  });
});

Deno.test("joined() of one part is that part", () => {
  const only = part(3, {
    before: 1,
    stages: [counted(2), null, counted(3)],
    certified: counted(1),
    after: 3,
  });
  assertEquals(joined([only], { stages }), only);
});

Deno.test("joined() adds certificates and seconds where there are some, and is complete if all parts are", () => {
  const { at: [all] } = joined([
    part(1, { certified: counted(2, 0.5), witness: true }),
    part(1, { certified: counted(3, 0.25), complete: false }),
  ], { stages });
  assertEquals([all.certified, all.witness, all.complete], [counted(5, 0.75), true, false]);
  const clockless = joined(
    [part(1, { certified: counted(2, null) }), part(1, { certified: counted(3, 1) })],
    {
      stages,
    },
  );
  assertEquals(clockless.at[0].certified, counted(5, null));
  const one = joined([part(1, { certified: counted(2, 1) }), part(1, {})], { stages });
  assertEquals(one.at[0].certified, counted(2, 1));
});

Deno.test("joined() gives one finding for each stage and size, in the order of sizes and of the cascade", () => {
  const finding = (name: string, epsilon: number, newlyFooled: number[], open = 5, zeroGradients = 1) => ({
    ...{ stage: stage(name), epsilon, newlyFooled, open, zeroGradients },
  });
  const { findings } = joined([
    part(2, {}, { findings: [finding("b", 0.2, [1], 2, 0), finding("c", 0.1, [0])] }),
    part(3, {}, {
      findings: [finding("a", 0.2, [2]), finding("b", 0.2, [0, 1], 3, 2), finding("c", 0.2, [])],
    }),
    part(1, {}, { findings: [finding("b", 0.2, [0], 1, 1), finding("a", 0.1, [])] }),
  ], { stages });
  assertEquals(findings, [
    finding("a", 0.1, []),
    finding("c", 0.1, [0]),
    finding("a", 0.2, [4]),
    finding("b", 0.2, [1, 2, 3, 5], 6, 3),
    finding("c", 0.2, []),
  ]);
});
