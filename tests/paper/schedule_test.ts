import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Task } from "../../src/paper/plan.ts";
import { inOrder, schedule } from "../../src/paper/schedule.ts";

function task(id: string, cost: number, ...needs: string[]): Task {
  return { id, kind: "train", name: id, seed: 1, needs, cost };
}

/** Tasks that end when told to, and the order in which they began. */
function watched() {
  const begun: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: unknown) => void }>();
  const perform = ({ id }: Task, signal: AbortSignal) =>
    new Promise<void>((end, fail) => {
      begun.push(id);
      ends.set(id, { end, fail });
      signal.addEventListener("abort", () => fail(signal.reason));
    });
  const after = async (act: () => void) => {
    act();
    await new Promise((resolve) => setTimeout(resolve));
    return begun.join(" ");
  };
  return { perform, end: (id: string) => after(ends.get(id)!.end), ends, begun };
}

Deno.test("schedule() begins with the most work, fills every place, and waits for what is needed", async () => {
  const tasks = [task("a", 1), task("b", 9), task("c", 1, "a"), task("d", 20, "c"), task("e", 3, "a")];
  assertEquals(inOrder(tasks).map(({ id }) => id), ["a", "c", "d", "b", "e"]);
  const { perform, end, begun } = watched();
  const all = schedule(tasks, { width: 2, perform });
  assertEquals(begun.join(" "), "a b");
  assertEquals(await end("a"), "a b c");
  assertEquals(await end("b"), "a b c e");
  assertEquals(await end("c"), "a b c e d");
  await end("e");
  await end("d");
  await all;
});

Deno.test("schedule() stops the others when one fails, starts no more, and reports the first failure", async () => {
  const { perform, ends, begun } = watched();
  const all = schedule([task("a", 3), task("b", 2), task("c", 1)], { width: 2, perform });
  ends.get("a")!.fail(new Error("broken"));
  await assertRejects(() => all, Error, "broken");
  assertEquals(begun, ["a", "b"]);
});

Deno.test("schedule() waits for what it stops", async () => {
  const abort = new AbortController();
  let saved = false;
  const all = schedule([task("a", 1), task("b", 1)], {
    width: 1,
    signal: abort.signal,
    async perform(_, signal) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, 5));
      saved = true;
      throw signal.reason;
    },
  });
  abort.abort(new Error("enough"));
  await assertRejects(() => all, Error, "enough");
  assert(saved);
});

Deno.test("schedule() throws where tasks wait for each other, or for one that does not exist", async () => {
  for (const tasks of [[task("a", 1, "b"), task("b", 1, "a")], [task("a", 1, "nobody")]]) {
    await assertRejects(
      () => schedule(tasks, { width: 1, perform: () => Promise.resolve() }),
      Error,
      "Cannot go on",
    );
  }
});
