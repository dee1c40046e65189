import { assert, assertEquals } from "@std/assert";
import { init, kernels } from "../../src/mod.ts";
import { isFaster } from "../../src/runtime/choice.ts";
import { Heap } from "../../src/runtime/heap.ts";
import { compiled } from "../support.ts";

Deno.test("isFaster() is false, unmeasured, for a build that does not fuse multiply and add", () => {
  const unasked = () => {
    throw new Error("the other build was asked for");
  };
  assertEquals(isFaster(compiled("baseline"), unasked), false);
});

Deno.test("isFaster() measures the relaxed build where it fuses", () => {
  assertEquals(typeof isFaster(compiled("relaxed"), () => compiled("baseline")), "boolean");
});

Deno.test("isFaster() ends even if the clock stands still", () => {
  const { now } = performance;
  performance.now = () => 0;
  try {
    assertEquals(typeof isFaster(compiled("relaxed"), () => compiled("baseline")), "boolean");
  } finally {
    performance.now = now;
  }
});

Deno.test("isFaster() says the same when the baseline has long been optimised", () => {
  const fresh = isFaster(compiled("relaxed"), () => compiled("baseline"));
  const heap = new Heap(compiled("baseline"), "baseline");
  const [out, a, b] = Array.from({ length: 3 }, () => heap.matrix(100, 100));
  for (let i = 0; i < 2000; i++) heap.run("gemmNN", { out, a, b, accumulate: 0, m: 100, n: 100, k: 100 });
  assertEquals(isFaster(compiled("relaxed"), () => compiled("baseline")), fresh);
});

Deno.test("init() chooses a build once, and keeps a build that was asked for", () => {
  init();
  const chosen = kernels();
  assert(["baseline", "relaxed"].includes(chosen));
  for (const pinned of ["baseline", "relaxed"] as const) {
    init({ kernels: pinned });
    assertEquals(kernels(), pinned);
    init({ kernels: "auto" });
    assertEquals(kernels(), chosen);
  }
});
