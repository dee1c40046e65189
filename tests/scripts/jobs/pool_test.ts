import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../scripts/errors.ts";
import { pool } from "../../../scripts/jobs/pool.ts";
import { executorOf } from "../../../src/jobs/executor.ts";
import { budgets } from "../../../src/paper/budgets.ts";
import { digits } from "../../../src/mod.ts";

const { train, test } = digits({ train: 10, test: 10 });
const setting = { store: "/nowhere", threads: 1, inputs: new Map(Object.entries({ train, test })) };
const shared = {
  budget: budgets.quick,
  kernels: "baseline" as const,
  inputs: { train: "train", test: "test" },
};

function breaking() {
  const workers = pool(setting, { jobs: 2, module: new URL("breaking_worker.ts", import.meta.url) });
  return { ...executorOf(workers, shared), [Symbol.dispose]: () => workers[Symbol.dispose]() };
}

Deno.test("pool() reports a failure and a broken worker in one sentence", async () => {
  using executor = breaking();
  const hooks = { onProgress() {} };
  const train = (name: string) => executor.train({ name, seed: 3 }, hooks);
  await assertRejects(() => train("bad"), UserError, "Cannot train bad from seed 3: the loss is not finite");
  await assertRejects(
    () => train("broken"),
    UserError,
    "Cannot train broken from seed 3: its worker broke down (Uncaught Error: out of memory)",
  );
  // another takes its place
  await assertRejects(() => train("bad"), UserError, "the loss is not finite");
});

Deno.test("pool() lets a training that is stopped save its state, and rejects with the signal's reason", async () => {
  using executor = breaking();
  const abort = new AbortController();
  const training = executor.train({ name: "long", seed: 1 }, { onProgress() {}, signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 50);
  await assertRejects(() => training, Error, "enough");
  assertEquals(executor.width, 2);
});
