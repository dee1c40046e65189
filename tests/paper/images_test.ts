import { assertEquals } from "@std/assert";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { type Batch, batch, select } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { type Budget, budgets } from "../../src/paper/budgets.ts";
import { errorsFigure } from "../../src/paper/errors_figure.ts";
import {
  answered,
  digitsFigure,
  firstOfEach,
  imagesFigure,
  rowPerClass,
  sumFigure,
  weightsFigure,
} from "../../src/paper/images.ts";
import { averagePool, testSample, threesAndSevens } from "../../src/paper/examples.ts";
import { userModel } from "../models/specimens.ts";
import { uniformMatrix } from "../support.ts";
import { predict } from "../../src/predict.ts";

const about = { id: "a", title: "A", caption: "A." };
const bytes = (pixels: string) => Array.from(atob(pixels), (c) => c.charCodeAt(0));

Deno.test("averagePool() gives each square of pixels its mean, and leaves labels", () => {
  const image = Array.from({ length: 16 }, (_, i) => i + 1);
  const examples: Batch = batch({ x: matrix(2, 16, [...image, ...image.map((v) => -v)]), labels: [1, 0] });
  const { x, labels, classes } = averagePool(examples, 2);
  assertEquals([x.rows, x.cols, classes], [2, 4, 2]);
  assertEquals([...x.data], [3.5, 5.5, 11.5, 13.5, -3.5, -5.5, -11.5, -13.5]);
  assertEquals(labels, examples.labels);
  assertEquals([...averagePool(examples, 4).x.data], [8.5, -8.5]);
});

Deno.test("imagesFigure() maps its range to bytes, weightsFigure() 0 to the middle", () => {
  const [image] = imagesFigure(about, [{ values: [0, 1, 0.2, 9] }], { columns: 1, range: [0, 1] }).images;
  assertEquals(bytes(image.pixels), [0, 255, 51, 255]);
  const { range, scale, images } = weightsFigure(about, [{ values: [0.5, -2, 0, 1] }], { columns: 1 });
  assertEquals([range, scale], [[-2, 2], "diverging"]);
  assertEquals(bytes(images[0].pixels), [159, 0, 128, 191]);
});

Deno.test("answered() gives the model's answer and marks right ones", () => {
  const model = userModel();
  const x = uniformMatrix(3, 7, 1);
  const { predicted, confidence } = predict(model, x);
  const labels = Int32Array.from(predicted, (c, i) => i === 0 ? c : (c + 1) % 3);
  const images = answered(model, { x, labels });
  assertEquals(images.map(({ marked }) => marked), [true, false, false]);
  assertEquals(images[1].label, `${predicted[1]} (${Math.round(100 * confidence[1])} %)`);
});

Deno.test("firstOfEach() gives places class by class", () => {
  const labels = Int32Array.of(2, 0, 0, 1, 0, 2);
  assertEquals(firstOfEach({ x: matrix(6, 1), labels, classes: 3 }, 2), [1, 2, 3, 0, 5]);
});

Deno.test("errorsFigure() leaves values that were not measured unknown, and draws a measured 0 as 0", () => {
  const { groups, y } = errorsFigure([["a", "first"], ["b", "second"]], {
    "a.clean.error": 0,
    "a.fgsm.error": 40,
    "b.clean.error": null,
  }, { title: "", caption: "", label: "" });
  const values = groups.map(({ values }) => values.map(({ value }) => value));
  assertEquals(values, [[0, null], [40, null]]);
  assertEquals([y.unit, y.domain], ["%", [0, 100]]);
});

/** Ten classes of images of four pixels, and two images of each in turn: of a class's score most is its own pixel's. */
function ten() {
  using own = model(softmaxLinear({ inputs: 4, classes: 10 }), { seed: 1 });
  const W = { shape: [10, 4], data: uniformMatrix(10, 4, 7).data };
  const made = model(softmaxLinear({ inputs: 4, classes: 10 }), { tensors: { ...own.tensors(), W } });
  const x = uniformMatrix(20, 4, 8, { lo: 0, hi: 1 });
  return {
    model: made,
    W,
    test: batch({ x, labels: Array.from({ length: 20 }, (_, i) => 9 - i % 10), classes: 10 }),
  };
}

/** The bytes of four pixels from −.25 to 1.25. */
const shades = (values: Iterable<number>) => Array.from(values, (v) => Math.round(255 * (v + 0.25) / 1.5));

Deno.test("digitsFigure() has the first image of each class above the same after the attack, with the answers to both", () => {
  const { model, test } = ten();
  using _ = model;
  const { images, columns, range } = digitsFigure(model, test);
  assertEquals([images.length, columns, range], [20, 10, [-0.25, 1.25]]);
  // the classes stand in falling order
  const first = select(test, Array.from({ length: 10 }, (_, c) => 9 - c));
  const moved = fgsm(model, first, { epsilon: 0.25 });
  [first.x, moved.x].forEach((x, row) => {
    const { predicted, confidence } = predict(model, x);
    for (let c = 0; c < 10; c++) {
      const { pixels, label, marked } = images[10 * row + c];
      assertEquals(bytes(pixels), shades(x.data.subarray(4 * c, 4 * c + 4)));
      assertEquals([label, marked], [
        `${predicted[c]} (${Math.round(100 * confidence[c])} %)`,
        predicted[c] === c,
      ]);
    }
  });
});

Deno.test("sumFigure() shows an image of the fifth class, what the attack adds, and their sum", () => {
  const { model, test } = ten();
  using _ = model;
  const { images, columns, range, caption } = sumFigure(model, test);
  assertEquals(caption.startsWith("The first 4 among the test images"), true);
  assertEquals([images.length, columns, range], [3, 3, [-0.25, 1.25]]);
  const one = select(test, [5]);
  assertEquals(one.labels[0], 4);
  const moved = fgsm(model, one, { epsilon: 0.25 });
  const sign = moved.x.data.map((v, i) => v - one.x.data[i]);
  assertEquals(images.map(({ pixels }) => bytes(pixels)), [one.x.data, sign, moved.x.data].map(shades));
  const said = [one.x, matrix(1, 4, sign), moved.x].map((x) => predict(model, x));
  const texts = said.map(({ predicted, confidence }) =>
    `${predicted[0]} (${Math.round(100 * confidence[0])} %)`
  );
  assertEquals(images.map(({ label }) => label), [texts[0], `+ ε · sign: ${texts[1]}`, `= ${texts[2]}`]);
  const right = said.map(({ predicted }) => predicted[0] === 4);
  assertEquals(images.map(({ marked }) => marked), [right[0], false, right[2]]);
  // of a set without that class the first image
  const others = select(test, [0]);
  assertEquals(bytes(sumFigure(model, others).images[0].pixels), shades(others.x.data));
});

Deno.test("rowPerClass() has the weights of each class, and weights that are all 0 have a scale", () => {
  const { model, W } = ten();
  using _ = model;
  const rows = rowPerClass(W);
  assertEquals(rows.map(({ label, values }) => [label, [...values as Float32Array]]), [
    ...Array.from({ length: 10 }, (_, c) => [`${c}`, [...W.data.subarray(4 * c, 4 * c + 4)]]),
  ]);
  assertEquals(weightsFigure(about, [{ values: [0, 0, 0, 0] }], { columns: 1 }).range, [-1e-9, 1e-9]);
});

Deno.test("testSample() is the first 2,000 test images, in a quick run 500", () => {
  const test = batch({ x: matrix(2100, 1), labels: new Int32Array(2100) });
  const count = (budget: Budget) => testSample({ test, budget }).labels.length;
  assertEquals([count(budgets.quick), count(budgets.standard), count(budgets.full)], [500, 2000, 2000]);
});

Deno.test("threesAndSevens() are the examples of these, as classes 0 and 1", () => {
  const x = matrix(5, 1, [0, 1, 2, 3, 4]);
  const { x: own, labels, classes } = threesAndSevens(batch({ x, labels: [7, 1, 3, 7, 8], classes: 10 }));
  assertEquals([[...own.data], [...labels], classes], [[0, 2, 3], [1, 0, 1], 2]);
});
