import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cacheFolder, keep, keptIn, openCache, recordOf, stateIn } from "../../../scripts/reproduce/cache.ts";
import { UserError } from "../../../scripts/errors.ts";
import {
  digits,
  init,
  readSafetensors,
  saveModel,
  softmaxLinear,
  train,
  type TrainOptions,
  writeSafetensors,
} from "../../../src/mod.ts";
import { filesIn, inFolder } from "../cli/support.ts";

const { train: trainSet } = digits({ train: 40, test: 0 });
const family = softmaxLinear({ inputs: 784, classes: 10 });

Deno.test("keptIn() has one name for one training, and others for others", async () => {
  init({ kernels: "baseline" });
  const nameOf = async (options: TrainOptions, data = trainSet) =>
    (await keptIn("folder", { family, data, options })).model;
  const name = await nameOf({ seed: 1, epochs: 3 });
  assert(/^folder\/softmaxLinear-[0-9a-f]{24}\.safetensors$/.test(name), name);
  assertEquals(await nameOf({ epochs: 3, seed: 1, onProgress() {}, monitor: () => ({}) }), name);
  const others = [
    await nameOf({ seed: 2, epochs: 3 }),
    await nameOf({ seed: 1, epochs: 4 }),
    await nameOf({ seed: 1, epochs: 3, batchSize: 7 }),
    await nameOf({ seed: 1, epochs: 3 }, digits({ seed: 2, train: 40, test: 0 }).train),
  ];
  init({ kernels: "relaxed" });
  others.push(await nameOf({ seed: 1, epochs: 3 }));
  init({ kernels: "baseline" });
  assertEquals(new Set([name, ...others]).size, 6);
});

Deno.test("recordOf() gives what is whole, sets aside what is damaged or of another training, and names it", () =>
  inFolder(async (folder) => {
    const options = { epochs: 2, seed: 1 };
    const kept = await keptIn(folder, { family, data: trainSet, options });
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    assertEquals(await recordOf(kept, tell), undefined);
    using trained = await train(family, trainSet, options);
    await keep(kept, trained);
    assertEquals(await recordOf(kept, tell), trained.record);
    assertEquals(told, []);

    const whole = await Deno.readFile(kept.model);
    using other = await train(family, trainSet, { ...options, seed: 2 });
    const damages: [Uint8Array, string][] = [
      [whole.slice(0, 100), "expected a header of"],
      [new Uint8Array(), "expected at least 8 bytes"],
      [whole.map((byte, i) => i === whole.length - 3 ? byte ^ 1 : byte), "does not fit its checksum"],
      [saveModel(other), "it is of another training"],
    ];
    for (const [bytes, reason] of damages) {
      await Deno.writeFile(kept.model, bytes);
      assertEquals(await recordOf(kept, tell), undefined);
      const text = told.pop()!;
      for (const part of [kept.model, reason, `${kept.model}.damaged`]) assertStringIncludes(text, part);
      assertEquals(await Deno.readFile(`${kept.model}.damaged`), bytes);
      // it is read no second time
      assertEquals(await recordOf(kept, tell), undefined);
      assertEquals(told, []);
    }
  }));

Deno.test("recordOf() takes over what an earlier version kept, under its name and without a checksum", () =>
  inFolder(async (folder) => {
    const options = { epochs: 1, seed: 1 };
    const kept = await keptIn(folder, { family, data: trainSet, options });
    using trained = await train(family, trainSet, options);
    const { tensors, metadata: { sha256: _, ...metadata } } = readSafetensors(saveModel(trained));
    await Deno.writeFile(kept.former, writeSafetensors(tensors, metadata));
    const fail = (text: string) => assert(false, text);
    assertEquals(await recordOf(kept, fail), trained.record);
    await Deno.remove(kept.former);
    assertEquals(await recordOf(kept, fail), trained.record);
  }));

Deno.test("stateIn() gives what is there, with its epochs, and nothing for what is absent or too far", () =>
  inFolder(async (folder) => {
    const state = `${folder}/state`;
    assertEquals(await stateIn(state), undefined);
    using _ = await train(family, trainSet, {
      epochs: 2,
      onCheckpoint: (bytes) => Deno.writeFile(state, bytes),
    });
    assertEquals(await stateIn(state, 2), { state: await Deno.readFile(state), epochs: 2 });
    assertEquals(await stateIn(state, 1), undefined);
    await Deno.writeTextFile(state, "no state");
    assertEquals((await stateIn(state))?.epochs, 0);
  }));

Deno.test("openCache() makes the folder, clears away what was left half written long ago, and says what it cannot", () =>
  inFolder(async (folder) => {
    const cache = `${folder}/a/b`;
    await openCache(cache);
    const [old, fresh] = [`${cache}/old.1.tmp`, `${cache}/new.1.tmp`];
    for (const path of [old, fresh, `${cache}/kept.state`]) await Deno.writeTextFile(path, "");
    await Deno.utime(old, 0, 0);
    await openCache(cache);
    assertEquals(filesIn(cache), ["kept.state", "new.1.tmp"]);
    await assertRejects(() => openCache(`${fresh}/below`), UserError, "Cannot keep trained models in");
  }));

Deno.test("cacheFolder() is the user's", () => {
  const before = Deno.env.get("XDG_CACHE_HOME");
  try {
    Deno.env.set("XDG_CACHE_HOME", "/there");
    assertEquals(cacheFolder(), "/there/gibbon/models");
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
  }
});
