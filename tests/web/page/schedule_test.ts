import { assertEquals } from "@std/assert";
import { newestOnly } from "../../../src/web/page/schedule.ts";

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

Deno.test("newestOnly() tells an error and goes on with what waits", async () => {
  const { ask, begun, errors, ends, settle } = works();
  [1, 2].forEach(ask);
  ends[0].reject("broken");
  await settle();
  assertEquals([errors, begun], [["broken"], [1, 2]]);
});
