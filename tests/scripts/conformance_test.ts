import { assert, assertEquals } from "@std/assert";
import { cases } from "../../scripts/conformance/cases/mod.ts";
import { conformance, differences } from "../../scripts/conformance/mod.ts";
import table from "../../scripts/conformance/hashes.json" with { type: "json" };
import { families, init } from "../../src/mod.ts";

Deno.test("conformance() gives the committed hashes, on one thread and on two", async () => {
  const hashes = await conformance();
  assertEquals(differences(hashes, table), []);
  for (const [row, hash] of Object.entries(hashes)) {
    if (row.startsWith("threads.")) {
      const alone = row.replace("threads.", row.endsWith(".Linf") ? "fgsm." : "training.");
      assertEquals(hash, hashes[alone], row);
    }
  }
  for (const name of Object.keys(families)) {
    assert(Object.keys(hashes).some((row) => row.startsWith(`training.${name}.`)), name);
  }
});

Deno.test("conformance() hashes what the kernels give: fused multiply-adds show in every case but the data", async () => {
  const relaxed = await conformance({ start: () => init({ kernels: "relaxed" }) });
  const different = new Set(differences(relaxed, table).map((row) => row.split(".")[0]));
  assertEquals([...different], cases.map(({ name }) => name).filter((name) => name !== "digits"));
});

Deno.test("differences() names rows that differ, that lack and that are new", () => {
  assertEquals(differences({ a: "1", b: "2", d: "4" }, { a: "1", b: "0", c: "3" }), ["b", "c", "d"]);
});
