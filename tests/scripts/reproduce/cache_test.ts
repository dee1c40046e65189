import { assert, assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, keptIn, openCache, recordIn, stateIn } from "../../../scripts/reproduce/cache.ts";
import { UserError } from "../../../scripts/errors.ts";
import { digits, init, saveModel, softmaxLinear, train, type TrainOptions } from "../../../src/mod.ts";
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

Deno.test("recordIn() and stateIn() give what is whole, and nothing for what is absent, broken or too far", () =>
  inFolder(async (folder) => {
    const [model, state] = [`${folder}/model`, `${folder}/state`];
    assertEquals([await recordIn(model), await stateIn(state)], [undefined, undefined]);
    using trained = await train(family, trainSet, {
      epochs: 2,
      onCheckpoint: (bytes) => Deno.writeFile(state, bytes),
    });
    const bytes = saveModel(trained);
    await Deno.writeFile(model, bytes);
    assertEquals(await recordIn(model), trained.record);
    assertEquals(await stateIn(state, 2), { state: await Deno.readFile(state), epochs: 2 });
    assertEquals(await stateIn(state, 1), undefined);
    for (const path of [model, state]) await Deno.writeFile(path, bytes.subarray(0, 100));
    assertEquals([await recordIn(model), await stateIn(state)], [undefined, undefined]);
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
