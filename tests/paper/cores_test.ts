import { assert, assertEquals } from "@std/assert";
import { lengthOf, usualDuration } from "../../scripts/reproduce/pace.ts";
import { digits } from "../../src/mod.ts";
import { budgets } from "../../src/paper/budgets.ts";
import { prepare } from "../../src/paper/mod.ts";
import { inOrder, schedule } from "../../src/paper/schedule.ts";

/** MNIST's proportions at a hundredth of its size: costs are in proportion too. */
const data = digits({ train: 600, test: 100 });
const { standard } = budgets;
const { tasks } = prepare(data, {
  ...{ seed: 1, seeds: 1 },
  budget: { ...standard, examples: standard.examples / 100, validation: standard.validation / 100 },
});
const lengths = new Map(tasks.map(({ id, cost }) => [id, usualDuration(cost)]));
const work = [...lengths.values()].reduce((sum, each) => sum + each, 0);
/** The part of the time of two cores in which they work. */
const busy = (order: typeof tasks) => work / (2 * lengthOf(order, lengths, { width: 2 }));

Deno.test("the standard budget keeps two cores busy for 99 % of the time, the longest training first", () => {
  const order = inOrder(tasks);
  assertEquals(order[0].name, "adversarialMaxout");
  assert(busy(order) > 0.99);
  // the other way round, one core would wait for the longest
  assert(busy(order.toReversed()) < busy(order));
});

Deno.test("schedule() keeps both cores busy where tasks take as long as estimated", async () => {
  // a clock that moves to the next end when nothing else can happen
  let [now, spent] = [0, 0];
  const ends: { at: number; end: () => void }[] = [];
  const turn = () => {
    ends.sort((a, b) => a.at - b.at);
    const next = ends.shift();
    if (next) [now] = [next.at, next.end()];
  };
  const done = schedule(tasks, {
    width: 2,
    perform: ({ id }) =>
      new Promise((end) => {
        spent += lengths.get(id)!;
        ends.push({ at: now + lengths.get(id)!, end: () => end() });
      }),
  });
  let over = false;
  done.then(() => over = true);
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    turn();
  }
  assertEquals(spent, work);
  assert(work / (2 * now) > 0.99, `busy ${work / (2 * now)}`);
});
