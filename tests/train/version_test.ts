import { assertEquals } from "@std/assert";
import table from "../../scripts/release/conformance/hashes.json" with { type: "json" };
import { sha256 } from "../../scripts/sha256.ts";
import { TRAINING_VERSIONS } from "../../src/train/version.ts";

/** What trainings of each kind gave at which version: SHA-256 of the hashes of all their tensors. */
const GIVEN: Readonly<Record<string, readonly [version: number, hash: string]>> = {
  "training.softmaxLinear": [1, "57de10a3072a84eef108935172e6e2a83f66b093ca14343cfd3f4793678b2e75"],
  "training.logistic": [1, "130a21d95db2a02d2b29c588606371a6250bd534731336cc78cdef64afd63e71"],
  "training.mlp": [1, "729862a03cd1a2cad8433f41893d6b5656dacead4aa6ac58cf4aec6bb449211d"],
  "training.maxout": [1, "f101089d7b90c1af8f733995ba43ec21cfc0e6373ac5325b13de30f0f3f14049"],
  "training.rbf": [1, "9cd550e4fd356a29e4e858d6e26316adba2c05bb63dd26ee38c369995f8cad48"],
  "training.cnn": [1, "a0ac222d7c20ba7b1859bba3763736df8453c2df21b562353c50d35329d61b44"],
  "training.convMaxout": [1, "0f9f0f875c9b0cd7ff186dec55a9c7863339bbe43d9d42f1a3c8d07f6cafb6fd"],
  "training.deepRbf": [1, "1eb855146f847b311e06574200a2d14d214141f4a1f0ab9b1f99457bf2af63b1"],
  "training.mpDbm": [3, "4265f348d6e4516c83e13a6f072e7cc749f82a27f8dbb6747dc7eb88a904346c"],
  "training.classRbm": [2, "95a78bff27f3cb84947ba65656890aafccd62d99eb8d15cc2960f2f2cb06cf4c"],
  "adversarialTraining.maxout": [1, "793467aed2a44584f83cd4430d9ba5e61a1e942f18305ceb0d1915869e3a3a9f"],
};

Deno.test("TRAINING_VERSIONS are raised when trainings give other bytes", async () => {
  const kinds = new Map<string, string>();
  for (const [row, hash] of Object.entries(table).sort(([a], [b]) => a < b ? -1 : 1)) {
    const [kind] = /^(training|adversarialTraining)\.\w+/.exec(row) ?? [];
    if (kind) kinds.set(kind, `${kinds.get(kind) ?? ""}${row} ${hash}\n`);
  }
  const given = await Promise.all(Array.from(kinds, async ([kind, rows]) => {
    const hash = await sha256(new TextEncoder().encode(rows));
    return [kind, [TRAINING_VERSIONS[kind.split(".")[1]] ?? 1, hash]];
  }));
  assertEquals(
    Object.fromEntries(given),
    GIVEN,
    "where a hash is another than before, raise the family's version and put both here; a new family only joins them, and " +
      "one whose defaults alone are others, which its name in a cache tells, has a new hash under the old version",
  );
});
