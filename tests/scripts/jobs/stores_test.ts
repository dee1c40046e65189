import { assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, folderStore, openFolder } from "../../../scripts/jobs/stores.ts";
import { UserError } from "../../../scripts/errors.ts";
import { filesIn, inFolder } from "../cli/support.ts";

Deno.test("openFolder() makes the folder, removes old unfinished files, and names its failure", () =>
  inFolder(async (folder) => {
    const cache = `${folder}/a/b`;
    await openFolder(cache);
    const [old, fresh] = [`${cache}/old.1.tmp`, `${cache}/new.1.tmp`];
    for (const path of [old, fresh, `${cache}/kept.state`]) await Deno.writeTextFile(path, "");
    await Deno.utime(old, 0, 0);
    await openFolder(cache);
    assertEquals(filesIn(cache), ["kept.state", "new.1.tmp"]);
    await assertRejects(() => openFolder(`${fresh}/below`), UserError, "Cannot keep trained models in");
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

Deno.test("folderStore() keeps bytes by key, has none for unknown or deleted keys, and names its failure", () =>
  inFolder(async (folder) => {
    const store = folderStore(folder);
    assertEquals(await store.get("results/a"), undefined);
    await store.put("results/a", Uint8Array.of(1, 2));
    assertEquals(await store.get("results/a"), Uint8Array.of(1, 2));
    await Promise.all(Array.from({ length: 8 }, () => store.put("results/a", Uint8Array.of(3))));
    assertEquals([await store.get("results/a"), filesIn(folder + "/results")], [Uint8Array.of(3), ["a"]]);
    await store.delete("results/a");
    await store.delete("results/a");
    assertEquals(await store.get("results/a"), undefined);
    await assertRejects(() => store.get("results"), UserError, "it is a folder");
  }));
