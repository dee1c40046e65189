import "../../src/runtime/inlined.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { evaluation } from "../../src/evaluate/evaluation.ts";
import { kernels } from "../../src/runtime/variants.ts";

const answers = (...predicted: number[]) => ({
  predicted: Int32Array.from(predicted),
  confidence: Float32Array.from(predicted, (_, i) => 1 / 2 ** (i + 1)),
});

const conditions = { bounds: null, seed: 4, attacks: [] };
const examples = { labels: Int32Array.of(0, 1, 0), classes: 3 };
const attacked = [{
  attack: "a",
  distance: "L2" as const,
  epsilon: 0.5,
  zeroGradients: 2,
  ...answers(1, 1, 1),
}];

Deno.test("evaluation() holds the rates that one finds by hand, clean and attacked", () => {
  // clean, the third of three is wrong; attacked, the first and the last, of which the first was right
  const found = evaluation({ clean: answers(0, 1, 2), attacked }, examples, {
    model: "m",
    data: "d",
    conditions,
  });
  assertEquals(found, {
    model: "m",
    data: { name: "d", examples: 3 },
    kernels: kernels(),
    conditions,
    clean: { errorRate: 1 / 3, confidence: (1 / 2 + 1 / 4 + 1 / 8) / 3, confidenceOnErrors: 1 / 8 },
    attacked: [{
      attack: "a",
      distance: "L2",
      epsilon: 0.5,
      errorRate: 2 / 3,
      confidence: (1 / 2 + 1 / 4 + 1 / 8) / 3,
      confidenceOnErrors: 5 / 16,
      fooledRate: 1 / 2,
      zeroGradients: 2,
    }],
  });
});

Deno.test("evaluation() tells of the split and of each class where they are asked for", () => {
  const options = { model: "m", data: "d", conditions, split: "train", perClass: true } as const;
  const { data, clean } = evaluation({ clean: answers(0, 1, 2), attacked: [] }, examples, options);
  assertEquals(data, { name: "d", split: "train", examples: 3 });
  assertEquals(clean.perClass, [
    { errorRate: 1 / 2, confidence: (1 / 2 + 1 / 8) / 2, confidenceOnErrors: 1 / 8 },
    { errorRate: 0, confidence: 1 / 4, confidenceOnErrors: null },
    null,
  ]);
  const none = { labels: new Int32Array(0), classes: 3 };
  assertThrows(
    () => evaluation({ clean: answers(), attacked: [] }, none, options),
    InputError,
    "no examples",
  );
});
