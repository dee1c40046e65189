import { assert, assertEquals } from "@std/assert";
import { differences, example, MODEL, TARGET } from "../../scripts/edge/answers.ts";
import { hostile, valid } from "../../scripts/edge/corpus/mod.ts";
import { denoExample } from "../../scripts/edge/server.ts";
import { digits, init, saveModel, softmaxLinear, train } from "../../src/mod.ts";

Deno.test("training again gives the model of the examples", async () => {
  init({ kernels: "baseline" });
  const { train: trainSet } = digits();
  using model = await train(softmaxLinear({ inputs: 784, classes: 10 }), trainSet, { epochs: 5, seed: 0 });
  const record = { ...model.record, data: "digits" };
  assertEquals(saveModel({ ...model, record }), await Deno.readFile(MODEL));
});

Deno.test("the example under deno serve answers good and bad requests byte for byte as the handler does", async () => {
  const handler = await example();
  await using server = await denoExample();
  assertEquals(
    await differences(server.url, [...valid(TARGET), ...hostile(TARGET), ...valid(TARGET)], handler),
    [],
  );
  // nothing went wrong that it had to tell of
  assert(!/error/i.test(server.output()), server.output());
});
