import { assertEquals } from "@std/assert";
import { atMostEvery, newestOnly } from "../../../src/web/page/schedule.ts";

/** What `newestOnly` works on, each piece of work done by hand. */
function works() {
  const begun: number[] = [], errors: unknown[] = [];
  const ends: { resolve(): void; reject(error: unknown): void }[] = [];
  const work = (ask: number) => {
    begun.push(ask);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push({ resolve, reject });
    return promise;
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { ask: newestOnly(work, (error) => void errors.push(error)), begun, errors, ends, settle };
}

Deno.test("newestOnly() works on the first at once, then on the newest alone", async () => {
  const { ask, begun, ends, settle } = works();
  [1, 2, 3, 4].forEach(ask);
  assertEquals(begun, [1]);
  ends[0].resolve();
  await settle();
  assertEquals(begun, [1, 4]);
  ends[1].resolve();
  await settle();
  ask(5);
  assertEquals(begun, [1, 4, 5]);
});

Deno.test("newestOnly() reports an error and continues with the waiting call", async () => {
  const { ask, begun, errors, ends, settle } = works();
  [1, 2].forEach(ask);
  ends[0].reject("broken");
  await settle();
  assertEquals([errors, begun], [["broken"], [1, 2]]);
});

Deno.test("newestOnly() drops failures of calls about what has changed, and its work can ask", async () => {
  let examples = "digits";
  const current: boolean[] = [], errors: unknown[] = [];
  const ask = newestOnly(
    async (input: string, isCurrent) => {
      await Promise.resolve();
      current.push(isCurrent());
      if (input === "broken") throw input;
    },
    (error) => void errors.push(error),
    () => examples,
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  ask("broken");
  await settle();
  assertEquals([current, errors], [[true], ["broken"]]);
  ask("broken");
  examples = "a table";
  await settle();
  assertEquals([current, errors], [[true, false], ["broken"]]);
});

Deno.test("atMostEvery() runs at once, then for the newest alone after each pause, and at once again after a rest", async () => {
  const begun: number[] = [];
  const ask = atMostEvery(20, (input: number) => void begun.push(input));
  const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
  [1, 2, 3].forEach(ask);
  assertEquals(begun, [1]);
  while (begun.length < 2) await wait(5);
  assertEquals(begun, [1, 3]);
  // whatever the machine does meanwhile, nothing is left to run
  await wait(60);
  assertEquals(begun, [1, 3]);
  ask(4);
  assertEquals(begun, [1, 3, 4]);
  await wait(30);
});
