import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fgsm, signNoise } from "../../src/attacks/mod.ts";
import { agreement, transfer } from "../../src/evaluate/agreement.ts";
import { measure } from "../../src/evaluate/measure.ts";
import { predict } from "../../src/predict.ts";
import { examplesFor, userModel } from "../models/specimens.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { CLASSES, INPUTS, ordinaryTensors } from "../models/specimens.ts";

Deno.test("agreement() counts as one does by hand", () => {
  const labels = Int32Array.of(0, 0, 0, 0, 1, 2);
  const first = Int32Array.of(1, 1, 2, 0, 0, 2);
  const second = Int32Array.of(1, 2, 0, 1, 0, 1);
  // the first errs on examples 0, 1, 2 and 4; the second says the same on 0 and 4, errs on 0, 1 and 4
  assertEquals(agreement(first, second, { labels }), {
    mistakes: 4,
    onMistakes: 2 / 4,
    errorOnMistakes: 3 / 4,
    bothWrong: 2 / 3,
  });
});

Deno.test("agreement() of a model with itself is whole, and null where there is no mistake", () => {
  const labels = Int32Array.of(0, 1, 2);
  const wrong = Int32Array.of(1, 1, 0);
  const { onMistakes, errorOnMistakes, bothWrong } = agreement(wrong, wrong, { labels });
  assertEquals([onMistakes, errorOnMistakes, bothWrong], [1, 1, 1]);
  assertEquals(agreement(labels, wrong, { labels }), {
    mistakes: 0,
    onMistakes: null,
    errorOnMistakes: null,
    bothWrong: null,
  });
  assertEquals(agreement(wrong, labels, { labels }).bothWrong, null);
  assertEquals(agreement([1], [1], { labels: [0] }).onMistakes, 1, "one mistake is enough for a rate");
  assertThrows(() => agreement(wrong, labels.subarray(1), { labels }), InputError, "3 and 2 of them for 3");
});

Deno.test("agreement()'s three rates fit together", () => {
  const draw = (seed: number) => examplesFor({ inputs: 1, classes: 3 }, 500, { seed }).labels;
  const { onMistakes, errorOnMistakes, bothWrong } = agreement(draw(1), draw(2), { labels: draw(3) });
  assert(Math.abs(onMistakes! / bothWrong! - errorOnMistakes!) < 1e-12);
});

Deno.test("transfer() gives the error and the agreement of each model on examples made against each", () => {
  const family = softmaxLinear({ inputs: INPUTS, classes: CLASSES });
  using linear = model(family, { tensors: ordinaryTensors(family) });
  const models = [linear, userModel()];
  const examples = examplesFor(linear, 300);
  for (const attack of [fgsm, signNoise]) {
    const { errors, agreements } = transfer(models, examples, { attack, epsilon: 0.3, seed: 4 });
    models.forEach((from, i) => {
      const attacked = attack(from, examples, { epsilon: 0.3, seed: 4 });
      models.forEach((to, j) => {
        assertEquals(errors[i][j], measure(to, attacked).errorRate);
        const asked = predict(to, attacked.x).predicted;
        assertEquals(agreements[i][j], agreement(attacked.predicted, asked, attacked));
      });
      assertEquals(agreements[i][i].onMistakes, 1);
    });
  }
});
