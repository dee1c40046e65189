import { assertEquals } from "@std/assert";
import { best, inEpsilon, leaders, percent, verdict } from "../../../src/web/view/words.ts";

Deno.test("percent() keeps what matters of a fraction", () => {
  const shown = [0, 0.00001, 0.0004, 0.001, 0.123, 0.9994, 0.9996, 1].map(percent);
  assertEquals(shown, ["0 %", "0.00 %", "0.04 %", "0.1 %", "12.3 %", "99.9 %", "100 %", "100 %"]);
});

Deno.test("inEpsilon() has no more digits than the slider", () => {
  assertEquals([0.25, 0.005, -0.5, 0.30000001192092896].map(inEpsilon), ["0.25", "0.005", "−0.5", "0.3"]);
});

Deno.test("verdict() is a class and its confidence", () => {
  assertEquals(
    verdict({ predicted: 7, confidence: 0.982, probabilities: new Float32Array(10) }),
    "7, 98.2 %",
  );
});

Deno.test("best() is the first of the highest, leaders() tells where it changes", () => {
  const epsilons = Float32Array.of(-0.5, 0, 0.5);
  assertEquals(best([[1, 2], [1, 3]], 0), 0);
  assertEquals(
    leaders({ epsilons, scores: [[3, 1, 0], [0, 2, 1], [0, 0, 2]].map((s) => Float32Array.from(s)) }),
    "0 up to −0.5, then 1 up to 0, then 2",
  );
  assertEquals(leaders({ epsilons, scores: [Float32Array.of(0, 0, 0), Float32Array.of(1, 1, 1)] }), "1");
});
