import { assertEquals } from "@std/assert";
import { type Batch, batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { errorsFigure } from "../../src/paper/errors_figure.ts";
import { answered, firstOfEach, imagesFigure, weightsFigure } from "../../src/paper/images.ts";
import { averagePool } from "../../src/paper/examples.ts";
import { userModel } from "../models/specimens.ts";
import { uniformMatrix } from "../support.ts";
import { predict } from "../../src/predict.ts";

const about = { id: "a", title: "A", caption: "A." };
const bytes = (pixels: string) => Array.from(atob(pixels), (c) => c.charCodeAt(0));

Deno.test("averagePool() gives each square of pixels its mean, and leaves labels", () => {
  const image = Array.from({ length: 16 }, (_, i) => i);
  const examples: Batch = batch({ x: matrix(2, 16, [...image, ...image.map((v) => -v)]), labels: [1, 0] });
  const { x, labels, classes } = averagePool(examples, 2);
  assertEquals([x.rows, x.cols, classes], [2, 4, 2]);
  assertEquals([...x.data], [2.5, 4.5, 10.5, 12.5, -2.5, -4.5, -10.5, -12.5]);
  assertEquals(labels, examples.labels);
  assertEquals([...averagePool(examples, 4).x.data], [7.5, -7.5]);
});

Deno.test("imagesFigure() maps its range to bytes, weightsFigure() 0 to the middle", () => {
  const [image] = imagesFigure(about, [{ values: [0, 1, 0.2, 9] }], { columns: 1, range: [0, 1] }).images;
  assertEquals(bytes(image.pixels), [0, 255, 51, 255]);
  const { range, scale, images } = weightsFigure(about, [{ values: [0.5, -2, 0, 1] }], { columns: 1 });
  assertEquals([range, scale], [[-2, 2], "diverging"]);
  assertEquals(bytes(images[0].pixels), [159, 0, 128, 191]);
});

Deno.test("answered() tells the model's answer and marks what is right", () => {
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

Deno.test("errorsFigure() leaves unknown what was not measured, and draws a measured 0 as 0", () => {
  const { groups } = errorsFigure([["a", "first"], ["b", "second"]], {
    "a.clean.error": 0,
    "a.fgsm.error": 40,
    "b.clean.error": null,
  }, { title: "", caption: "", label: "" });
  const values = groups.map(({ values }) => values.map(({ value }) => value));
  assertEquals(values, [[0, null], [40, null]]);
});
