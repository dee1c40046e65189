import { assert, assertEquals } from "@std/assert";
import { cases } from "../../../scripts/release/conformance/cases/mod.ts";
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

Deno.test("conformance() hashes what the kernels give: where multiply-adds fuse, every case but the data differs", async () => {
  const relaxed = await conformance({ start: () => init({ kernels: "relaxed" }) });
  const different = new Set(differences(relaxed, table).map((row) => row.split(".")[0]));
  const computing = cases.map(({ name }) => name).filter((name) => name !== "digits");
  assertEquals([...different], fuses() ? computing : []);
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
