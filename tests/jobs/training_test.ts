import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { keep, keysOf, recordOf, stateIn } from "../../src/jobs/training.ts";
import { memoryStore } from "../../src/jobs/store.ts";
import {
  digits,
  init,
  readSafetensors,
  saveModel,
  softmaxLinear,
  train,
  type TrainOptions,
  writeSafetensors,
} from "../../src/mod.ts";

const { train: trainSet } = digits({ train: 40, test: 0 });
const family = softmaxLinear({ inputs: 784, classes: 10 });

Deno.test("keysOf() has one name for one training, and others for others", () => {
  init({ kernels: "baseline" });
  const nameOf = (options: TrainOptions, data = trainSet) => keysOf({ family, data, options }).model;
  const name = nameOf({ seed: 1, epochs: 3 });
  assert(/^softmaxLinear-[0-9a-f]{24}\.safetensors$/.test(name), name);
  assertEquals(nameOf({ epochs: 3, seed: 1, onProgress() {}, monitor: () => ({}) }), name);
  const others = [
    nameOf({ seed: 2, epochs: 3 }),
    nameOf({ seed: 1, epochs: 4 }),
    nameOf({ seed: 1, epochs: 3, batchSize: 7 }),
    nameOf({ seed: 1, epochs: 3 }, digits({ seed: 2, train: 40, test: 0 }).train),
  ];
  init({ kernels: "relaxed" });
  others.push(nameOf({ seed: 1, epochs: 3 }));
  init({ kernels: "baseline" });
  assertEquals(new Set([name, ...others]).size, 6);
});

Deno.test("recordOf() gives what is whole, sets aside what is damaged or of another training, and names it", async () => {
  const store = memoryStore();
  const options = { epochs: 2, seed: 1 };
  const kept = keysOf({ family, data: trainSet, options });
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  assertEquals(await recordOf(store, kept, tell), undefined);
  using trained = await train(family, trainSet, options);
  await keep(store, kept, trained);
  assertEquals(await recordOf(store, kept, tell), trained.record);
  assertEquals(told, []);

  const whole = (await store.get(kept.model))!;
  using other = await train(family, trainSet, { ...options, seed: 2 });
  const damages: [Uint8Array, string][] = [
    [whole.slice(0, 100), "expected a header of"],
    [new Uint8Array(), "expected at least 8 bytes"],
    [whole.map((byte, i) => i === whole.length - 3 ? byte ^ 1 : byte), "does not fit its checksum"],
    [saveModel(other), "it is of another training"],
  ];
  for (const [bytes, reason] of damages) {
    await store.put(kept.model, bytes);
    assertEquals(await recordOf(store, kept, tell), undefined);
    const text = told.pop()!;
    for (const part of [kept.model, reason, `${kept.model}.damaged`]) assertStringIncludes(text, part);
    assertEquals(await store.get(`${kept.model}.damaged`), bytes);
    // it is read no second time
    assertEquals(await recordOf(store, kept, tell), undefined);
    assertEquals(told, []);
  }
});

Deno.test("recordOf() takes over what an earlier version kept, under its name and without a checksum", async () => {
  const store = memoryStore();
  const options = { epochs: 1, seed: 1 };
  const kept = keysOf({ family, data: trainSet, options });
  using trained = await train(family, trainSet, options);
  const { tensors, metadata: { sha256: _, ...metadata } } = readSafetensors(saveModel(trained));
  await store.put(kept.former, writeSafetensors(tensors, metadata));
  const fail = (text: string) => assert(false, text);
  assertEquals(await recordOf(store, kept, fail), trained.record);
  await store.delete(kept.former);
  assertEquals(await recordOf(store, kept, fail), trained.record);
});

Deno.test("stateIn() gives what is there, with its epochs, and nothing for what is absent or too far", async () => {
  const store = memoryStore();
  const state = "state";
  assertEquals(await stateIn(store, state), undefined);
  using _ = await train(family, trainSet, {
    epochs: 2,
    onCheckpoint: (bytes) => store.put(state, bytes),
  });
  assertEquals(await stateIn(store, state, 2), { state: (await store.get(state))!, epochs: 2 });
  assertEquals(await stateIn(store, state, 1), undefined);
  await store.put(state, new TextEncoder().encode("no state"));
  assertEquals((await stateIn(store, state))?.epochs, 0);
});
