import { assert, assertEquals } from "@std/assert";
import { conformance, differences } from "../../../scripts/release/conformance/mod.ts";
import table from "../../../scripts/release/conformance/hashes.json" with { type: "json" };
import { gemmNN } from "../../../src/kernels/gemm.ts";
import { families, init, matrix } from "../../../src/mod.ts";

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

Deno.test("conformance() hashes the kernels' outputs: where multiply-adds fuse, all but the data differ", async () => {
  const only = ["digits", "training", "adversarialTraining"];
  const relaxed = await conformance({ only, start: () => init({ kernels: "relaxed" }) });
  const different = differences(relaxed, table).filter((row) => row in relaxed);
  assertEquals([...new Set(different.map((row) => row.split(".")[0]))], fuses() ? only.slice(1) : []);
});

/** Whether relaxed multiply-adds round once on this machine. */
function fuses(): boolean {
  init({ kernels: "relaxed" });
  const x = 1 + 2 ** -12;
  const product = matrix(1, 1);
  gemmNN(product, [matrix(1, 2, [-1 - 2 ** -11, x]), matrix(2, 1, [1, x])]);
  return product.data[0] === 2 ** -24;
}

Deno.test("differences() names rows that differ, that lack and that are new", () => {
  assertEquals(differences({ a: "1", b: "2", d: "4" }, { a: "1", b: "0", c: "3" }), ["b", "c", "d"]);
});
