import { assertEquals } from "@std/assert";
import { EPSILON, percent } from "../../src/paper/experiment.ts";

Deno.test("percent() is a hundred times a fraction, and null of null", () => {
  assertEquals([0, 0.25, 1, null].map(percent), [0, 25, 100, null]);
});

Deno.test("EPSILON is the paper's on MNIST", () => {
  assertEquals(EPSILON, 0.25);
});
