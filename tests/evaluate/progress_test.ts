import { assertEquals } from "@std/assert";
import { scaleProgress } from "../../src/evaluate/progress.ts";

Deno.test("scaleProgress() yields fractions of the whole, and returns the result of its steps", () => {
  const walk = scaleProgress(
    (function* () {
      yield* [0, 0.5, 1];
      return "end";
    })(),
    0.25,
    0.5,
  );
  const yielded: number[] = [];
  let step = walk.next();
  for (; !step.done; step = walk.next()) yielded.push(step.value);
  assertEquals([yielded, step.value], [[0.25, 0.5, 0.75], "end"]);
});
