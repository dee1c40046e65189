import { assert, assertEquals, assertRejects } from "@std/assert";
import { digits, init, InputError, matrix, maxout, model, softmaxLinear, train } from "../../src/mod.ts";
import { heap } from "../../src/runtime/variants.ts";

init({ kernels: "baseline" });
const size = () => heap().exports.memory.buffer.byteLength;
const { train: examples } = digits({ seed: 1, train: 40, test: 1 });
const family = maxout({ inputs: 784, classes: 10, units: [100], pieces: 2 });
const sgd = { name: "sgd", learningRate: 1e30 } as const;

Deno.test("train() that diverges, is refused, stopped or interrupted gives its memory back", async () => {
  const failing = {
    diverges: () => train(family, examples, { epochs: 2, optimizer: sgd }),
    refused: () => train(family, examples, { weightDecay: { none: 1 } }),
    stopped: () => train(family, examples, { signal: AbortSignal.abort(new Error("stopped")) }),
    interrupted: () =>
      train(family, examples, {
        epochs: 1,
        onProgress() {
          throw new Error("interrupted");
        },
      }),
  };
  for (const [how, start] of Object.entries(failing)) {
    for (let i = 0; i < 3; i++) await assertRejects(start);
    const before = size();
    // a training of this size takes a mebibyte or more
    for (let i = 0; i < 60; i++) await assertRejects(start);
    assertEquals(size(), before, how);
  }
  await assertRejects(failing.diverges, InputError, "training diverged");
});

Deno.test("ten thousand models that come and go within one turn, each used, hold little more than parameters", () => {
  const small = softmaxLinear({ inputs: 100, classes: 10 }), x = matrix(1, 100);
  const before = size();
  for (let i = 0; i < 10_000; i++) model(small).scores(x);
  // 4040 bytes of parameters and 440 of inputs and scores each; the memory grows by doubling
  assert(size() - before <= 2 * 10_000 * 5000, `${size() - before} bytes`);
});
