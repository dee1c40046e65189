import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { matrix } from "../../src/matrix.ts";
import { added, displaced, meanPerturbation, withPerturbation } from "../../src/evaluate/perturbations.ts";

const examples = { x: matrix(3, 2, [0, 0, 1, 1, 2, 2]), labels: Int32Array.of(0, 1, 0), classes: 2 };
const perturbations = matrix(3, 2, [0.5, -0.5, 0.25, 0, -0.25, 0.5]);

Deno.test("displaced() by 0 inverts added()", () => {
  const attacked = displaced(perturbations, examples, { by: 0 });
  assertEquals(added({ x: attacked.x, original: examples.x }), perturbations);
  assertEquals(attacked.labels, examples.labels);
});

Deno.test("displaced() gives each example another one's perturbation, around the end", () => {
  const { x } = displaced(perturbations, examples, { by: 1 });
  assertEquals([...x.data], [-0.25, 0.5, 1.5, 0.5, 2.25, 2]);
  assertEquals(displaced(perturbations, examples, { by: -2 }).x, x);
  assertThrows(
    () => displaced(matrix(2, 2), examples, { by: 1 }),
    InputError,
    "they have shape (2, 2), the examples (3, 2)",
  );
});

Deno.test("meanPerturbation() averages, or gives the average's signs", () => {
  const exact = matrix(2, 3, [0.5, -1, 0.25, 0.25, 0.5, -0.25]);
  assertEquals([...meanPerturbation(exact).data], [0.375, -0.25, 0]);
  assertEquals([...meanPerturbation(exact, { epsilon: 0.25 }).data], [0.25, -0.25, 0]);
  assertThrows(() => meanPerturbation(matrix(0, 3)), InputError, "there are none");
});

Deno.test("withPerturbation() adds the same to every example", () => {
  assertEquals([...withPerturbation(examples, matrix(1, 2, [1, -1])).x.data], [1, -1, 2, 0, 3, 1]);
  assertThrows(
    () => withPerturbation(examples, matrix(1, 3)),
    InputError,
    "it has shape (1, 3), the examples have 2 inputs",
  );
});

Deno.test("added(), displaced(), meanPerturbation() and withPerturbation() give shapes that fit, and refuse others", () => {
  assertEquals(meanPerturbation(matrix(2, 3)), matrix(1, 3));
  assertEquals(withPerturbation(examples, matrix(1, 2)), examples);
  for (const original of [matrix(3, 1), matrix(1, 2)]) {
    assertThrows(() => added({ x: examples.x, original }), InputError, "x has shape (3, 2), original");
  }
  const refused = (run: () => unknown, problem: string) => void assertThrows(run, InputError, problem);
  refused(() => displaced(perturbations, examples, {} as { by: number }), "by is missing");
  refused(() => displaced(perturbations, examples, { by: 0.5 }), "by 0.5: must be a whole number");
  refused(() => meanPerturbation(perturbations, { epsilon: -1 }), "epsilon -1: must be a finite number ≥ 0");
  refused(() => meanPerturbation(perturbations, null as never), "the options must be an object, not null");
});
