import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkpointIn, keep, keysOf, recordOf } from "../../src/jobs/training.ts";
import { memoryStore } from "../../src/jobs/store.ts";
import {
  type Checkpoint,
  digits,
  init,
  type Model,
  readSafetensors,
  saveCheckpoint,
  saveModel,
  softmaxLinear,
  train,
  type TrainOptions,
  writeSafetensors,
} from "../../src/mod.ts";

const { train: trainSet } = digits({ train: 40, test: 0 });
const family = softmaxLinear({ inputs: 784, classes: 10 });

const recordIn = ({ record, history }: Model) => ({ record, history });

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

Deno.test("recordOf() gives a sound record, and sets aside and names one that is damaged or of another training", async () => {
  const store = memoryStore();
  const options = { epochs: 2, seed: 1 };
  const kept = keysOf({ family, data: trainSet, options });
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  assertEquals(await recordOf(store, kept, tell), undefined);
  using trained = await train(family, trainSet, options);
  await keep(store, kept, trained);
  assertEquals(await recordOf(store, kept, tell), recordIn(trained));
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

Deno.test("recordOf() takes over the record of an earlier version, under its name and without a checksum", async () => {
  const store = memoryStore();
  const options = { epochs: 1, seed: 1 };
  const kept = keysOf({ family, data: trainSet, options });
  using trained = await train(family, trainSet, options);
  const { tensors, metadata: { sha256: _, ...metadata } } = readSafetensors(saveModel(trained));
  await store.put(kept.former, writeSafetensors(tensors, metadata));
  const fail = (text: string) => assert(false, text);
  assertEquals(await recordOf(store, kept, fail), recordIn(trained));
  await store.delete(kept.former);
  assertEquals(await recordOf(store, kept, fail), recordIn(trained));
});

Deno.test("checkpointIn() gives a sound checkpoint, none if it is absent or too far on, and sets a damaged one aside", async () => {
  const store = memoryStore(), key = "state", told: string[] = [];
  const tell = (text: string) => void told.push(text);
  assertEquals(await checkpointIn(store, key, { tell }), undefined);
  let last: Checkpoint | undefined;
  using _ = await train(family, trainSet, {
    epochs: 2,
    onCheckpoint(checkpoint) {
      last = checkpoint;
      return store.put(key, saveCheckpoint(checkpoint));
    },
  });
  const found = await checkpointIn(store, key, { most: 2, tell });
  assertEquals([found?.position, found?.tensors], [last?.position, last?.tensors]);
  assertEquals(await checkpointIn(store, key, { most: 1, tell }), undefined);
  assertEquals(told, []);
  const damaged = new TextEncoder().encode("no state");
  await store.put(key, damaged);
  assertEquals(await checkpointIn(store, key, { tell }), undefined);
  assertEquals([told.length, await store.get(`${key}.damaged`)], [1, damaged]);
});
