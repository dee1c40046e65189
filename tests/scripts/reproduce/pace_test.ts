import { assertEquals } from "@std/assert";
import type { Task } from "../../../src/paper/plan.ts";
import { estimateOf, lengthOf, usualDuration } from "../../../scripts/reproduce/pace.ts";

function task(
  name: string,
  cost: number,
  { kind = "train" as Task["kind"], seed = 1, needs = [] as string[] } = {},
) {
  return { id: `${kind} ${name} ${seed}`, kind, name, seed, needs, cost };
}

const a = task("a", 1e6), b = task("b", 2e6), c = task("c", 1e6, { needs: [a.id] });

Deno.test("lengthOf() fills every place as soon as it may", () => {
  const lengths = new Map([[a.id, 1], [b.id, 2], [c.id, 3]]);
  assertEquals(lengthOf([b, a, c], lengths, { width: 1 }), 6);
  assertEquals(lengthOf([b, a, c], lengths, { width: 2 }), 4);
  assertEquals(lengthOf([b, a, c], lengths, { width: 3 }), 4);
  // running tasks come first
  assertEquals(lengthOf([b, a, c], lengths, { width: 1, first: ({ id }) => id === a.id }), 6);
});

Deno.test("paceOf() estimates from constants until it has measured, then from its own kind", () => {
  let now = 0;
  const pace = estimateOf([a, b, c], { width: 1, now: () => now });
  assertEquals(pace.left(), usualDuration(4e6));
  pace.note(a, 0, "epoch 1 of 4");
  now = 4000;
  pace.note(a, 0.5, "epoch 2 of 4");
  assertEquals(pace.doing(), "a epoch 2 of 4");
  assertEquals(pace.done(), 0.125);
  assertEquals(pace.left(), 4000 * 7);
  // time without news is not counted twice
  now = 5000;
  assertEquals(pace.left(), 4000 * 7 - 1000);
  assertEquals(pace.took(a.id), undefined);
  pace.note(a, 1, "");
  assertEquals(pace.took(a.id), 5000);
});

Deno.test("paceOf() does not count results of an earlier run as speed", () => {
  let now = 0;
  const pace = estimateOf([a, b], { width: 1, now: () => now });
  pace.note(a, 1, "");
  pace.note(b, 0.5, "epoch 3 of 4");
  now = 2000;
  pace.note(b, 0.75, "epoch 4 of 4");
  assertEquals(pace.left(), 2000);
  pace.note(b, 1, "");
  assertEquals([pace.took(a.id), pace.took(b.id)], [undefined, undefined]);
  assertEquals(pace.done(), 1);
});

Deno.test("paceOf() names all running tasks, with seeds if there are several", () => {
  const [one, two] = [task("a", 1), task("a", 1, { kind: "run", seed: 2 })];
  const pace = estimateOf([one, two], { width: 2, now: () => 0 });
  pace.note(one, 0.1, "epoch 1 of 9");
  pace.note(two, 0, "");
  assertEquals(pace.doing(), "a (seed 1) epoch 1 of 9, experiment a (seed 2)");
});
