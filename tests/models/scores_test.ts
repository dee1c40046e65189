import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { slice } from "../../src/data/batch.ts";
import { init } from "../../src/runtime/variants.ts";
import { losses, lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { families, familyNamed, optionsOf } from "../../src/models/families.ts";
import { assertClose } from "../support.ts";
import {
  CLASSES,
  examplesFor,
  forEveryModel,
  INPUTS,
  mostlyZero,
  ordinaryTensors,
  specimenModel,
  specimens,
} from "./specimens.ts";
import { scoresInPlainLoops, sum } from "./reference.ts";

/** Scores are sums of at most 8 terms below 5, in at most 3 layers whose weights sum to at most 4: 2⁻²⁴ · 8 · 5 · 4. */
const SCORE_TOLERANCE = 1e-5;

Deno.test("families have, each of them, a specimen", () => {
  for (const name of Object.keys(families)) {
    assert(specimens.some(({ family }) => family.name === name), name);
  }
});

Deno.test("Model.scores() and inputGradient() of many rows are those of each row alone, across chunks", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 251);
    const [scores, gradient] = [each.scores(examples.x), lossGradient(each, examples)];
    for (const b of [0, 1, 2, 3, 4, 5, 100, 248, 249, 250]) {
      const alone = slice(examples, b, b + 1);
      assertEquals(each.scores(alone.x).data, rowsOf(scores, b, b + 1).data.slice(), `${name}, row ${b}`);
      assertEquals(
        lossGradient(each, alone).data,
        rowsOf(gradient, b, b + 1).data.slice(),
        `${name}, row ${b}`,
      );
    }
    for (const rows of [0, 250]) {
      const some = each.scores(rowsOf(examples.x, 0, rows));
      assertEquals(some.data, rowsOf(scores, 0, rows).data.slice(), `${name}, ${rows} rows`);
    }
  });
});

Deno.test("Model.scores() of a row do not depend on how many zeros the other rows hold", () => {
  // fused sums of a row's last columns differ, dense from sparse
  init({ kernels: "baseline" });
  for (const name of Object.keys(families)) {
    // wider than what the matrix product sums at once
    for (const inputs of [40, 900]) {
      const image = [1, inputs / 20, 20];
      const sizes = { inputs, image, classes: CLASSES, channels: [2], units: [9, 8], pieces: 5 };
      const family = familyNamed(name, optionsOf(name, sizes));
      using each = model(family, { tensors: ordinaryTensors(family) });
      const dense = examplesFor(each, 10), zeros = mostlyZero(dense);
      const rows = Float32Array.from(
        { length: 10 * inputs },
        (_, i) => (i < 2 * inputs ? dense : zeros).x.data[i],
      );
      const examples = { ...dense, x: matrix(10, inputs, rows) };
      const [scores, gradient] = [each.scores(examples.x), lossGradient(each, examples)];
      for (let b = 0; b < 10; b++) {
        const alone = slice(examples, b, b + 1);
        assertEquals(each.scores(alone.x).data, rowsOf(scores, b, b + 1).data.slice(), `${name}, row ${b}`);
        assertEquals(
          lossGradient(each, alone).data,
          rowsOf(gradient, b, b + 1).data.slice(),
          `${name}, row ${b}`,
        );
      }
    }
  }
});

Deno.test("Model.scores() leaves its inputs and earlier results alone", () => {
  forEveryModel((each, name) => {
    const { x } = examplesFor(each, 5);
    const { x: other } = examplesFor(each, 5, { seed: 2 });
    const bytes = x.data.slice();
    const first = each.scores(x), kept = first.data.slice();
    each.scores(other);
    assertEquals([x.data, first.data], [bytes, kept], name);
  });
});

Deno.test("Model.tensors() redo the scores in ten lines of plain loops", () => {
  for (const specimen of specimens) {
    using each = specimenModel(specimen);
    const dense = examplesFor(each, 9);
    for (const { x } of [dense, mostlyZero(dense)]) {
      const expected = scoresInPlainLoops(specimen, each.tensors(), x);
      assertClose(each.scores(x).data, expected, SCORE_TOLERANCE, specimen.name);
    }
  }
});

Deno.test("Model refuses inputs of another width", () => {
  forEveryModel((each, name) => {
    const wide = examplesFor({ inputs: INPUTS + 1, classes: each.classes }, 2);
    for (const run of [losses, lossGradient]) {
      assertThrows(() => run(each, wide), InputError, "takes 7 inputs", name);
    }
    assertThrows(() => predict(each, wide.x), InputError, "the examples have 8", name);
  });
});

Deno.test("losses() refuses labels that are not classes of the model, or not one an example", () => {
  forEveryModel((each, name) => {
    const { x } = examplesFor(each, 2);
    for (const run of [losses, lossGradient]) {
      for (const bad of [-1, each.classes, 2 ** 30]) {
        assertThrows(() => run(each, { x, labels: Int32Array.of(0, bad) }), InputError, `label ${bad}`, name);
      }
      assertThrows(
        () => run(each, { x, labels: Int32Array.of(0) }),
        InputError,
        "2 examples but 1 labels",
        name,
      );
    }
  });
});

Deno.test("predict() gives probabilities in 0 … 1, which sum to 1 except for independent heads, saturated ones too", () => {
  forEveryModel((each, name) => {
    for (const size of [0, 1, 1e3, 1e6]) {
      const { x } = examplesFor(each, 20);
      const { predicted, confidence, probabilities: p } = predict(
        each,
        matrix(20, INPUTS, x.data.map((value) => value * size)),
      );
      assertEquals([p.rows, p.cols, predicted.length, confidence.length], [20, each.classes, 20, 20], name);
      for (let b = 0; b < 20; b++) {
        const row = rowsOf(p, b, b + 1).data;
        assert(row.every((value) => value >= 0 && value <= 1), name);
        assertEquals(confidence[b], Math.max(...row), name);
        // each probability is within an ulp of its own
        if (["softmax", "binary"].includes(each.head.name)) assertClose([sum(row)], [1], 1e-6, name);
      }
    }
  });
});
