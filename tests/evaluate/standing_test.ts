import "../../src/runtime/inlined.ts";
import { assertEquals } from "@std/assert";
import { constraint } from "../../src/constraints/mod.ts";
import { errorAt, firstStanding, isFooled, note, openRows } from "../../src/evaluate/standing.ts";
import { matrix } from "../../src/matrix.ts";

/** Five examples in [0, 1]², of which the second is wrong and the fourth outside. */
function five(bounds?: readonly [number, number]) {
  const x = matrix(5, 2, [0, 1, 0.5, 0.5, 1, 0, 0.5, 1.5, 0.25, 0.75]);
  const labels = Int32Array.of(0, 1, 2, 0, 1);
  return firstStanding(Int32Array.of(0, 0, 2, 0, 1), { x, labels }, constraint(2, { epsilon: 1, bounds }));
}

Deno.test("firstStanding() knows which examples are misclassified from the start, and which are within the bounds", () => {
  assertEquals(five([0, 1]), {
    by: [null, "clean", null, null, null],
    size: Float64Array.of(Infinity, 0, Infinity, Infinity, Infinity),
    certified: new Float64Array(5),
    queries: new Int32Array(5),
    inside: [0, 1, 2, 4],
  });
  assertEquals(five().inside, [0, 1, 2, 3, 4]);
  assertEquals(five([0, 2]).inside, [0, 1, 2, 3, 4]);
  // of the two, one is 1 and the other 0
  const oneHot = [[0, 1]];
  const x = matrix(4, 2, [0, 1, 0.5, 0.5, 1, 0, 0, 0]), labels = new Int32Array(4);
  assertEquals(firstStanding(labels, { x, labels }, constraint(2, { epsilon: 1, oneHot })).inside, [0, 2]);
});

Deno.test("openRows() are those within the bounds that nothing fools at the size or a smaller one", () => {
  const standing = five([0, 1]);
  note(standing, 2, { by: "fgsm", size: 0.25 });
  note(standing, 3, { by: "fgsm", size: 0.5 });
  assertEquals([standing.by[2], standing.size[2]], ["fgsm", 0.25]);
  assertEquals([0.125, 0.25, 1].map((epsilon) => openRows(standing, epsilon)), [[0, 2, 4], [0, 4], [0, 4]]);
  const fooled = (epsilon: number) => [0, 1, 2, 3, 4].filter((i) => isFooled(standing, i, epsilon));
  assertEquals([0, 0.25, 0.5].map(fooled), [[1], [1, 2], [1, 2, 3]]);
  assertEquals([0, 0.2, 0.25, 0.5, 9].map((epsilon) => errorAt(standing, epsilon)), [
    0.2,
    0.2,
    0.4,
    0.6,
    0.6,
  ]);
});
