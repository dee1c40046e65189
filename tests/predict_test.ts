import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../src/errors.ts";
import { type Head, heads } from "../src/heads.ts";
import { type Matrix, matrix } from "../src/matrix.ts";
import type { Classifier } from "../src/models/classifier.ts";
import "../src/runtime/inlined.ts";
import { predict, predictedClasses, predictions, predictRows } from "../src/predict.ts";

const classified = (head: Head, classes: number, rows: number[][]) => {
  const scores = matrix(rows.length, rows[0].length, rows.flat());
  const made = predictions({ head, classes }, scores);
  assertEquals(predictedClasses({ head, classes }, scores), made.predicted);
  return { ...made, predicted: Array.from(made.predicted) };
};

Deno.test("predictions() are the first greatest score of each row, and its probability", () => {
  const rows = [[0, 1, 2], [5, 1, 5], [-3, -2, -2], [2, -1, 0]];
  const { predicted, confidence, probabilities } = classified(heads.softmax, 3, rows);
  assertEquals(predicted, [2, 0, 1, 0]);
  assertEquals([probabilities.rows, probabilities.cols], [4, 3]);
  const p = matrix(4, 3);
  heads.softmax.probabilities(p, matrix(4, 3, rows.flat()));
  assertEquals(probabilities.data, p.data);
  assertEquals(confidence, Float32Array.of(p.data[2], p.data[3], p.data[7], p.data[9]));
});

Deno.test("predictions() tell scores apart whose probabilities round to the same", () => {
  const { predicted, confidence } = classified(heads.sigmoid, 3, [[90, 100, 95], [-200, -300, -190]]);
  assertEquals(predicted, [1, 2]);
  assertEquals(confidence[0], 1);
});

Deno.test("predictions() of one score for two classes are class 1 from a probability above a half", () => {
  const { predicted, confidence } = classified(heads.binary, 2, [[-3], [0], [4]]);
  assertEquals(predicted, [0, 0, 1]);
  assertEquals(Array.from(confidence, (p) => Math.round(1000 * p)), [953, 500, 982]);
});

/** Its scores are its inputs. */
const identity: Classifier = { inputs: 3, classes: 3, head: heads.softmax, scores: (x) => x };

Deno.test("predict() and predictRows() are of all rows, or of those asked for, which errors count from the first of all", () => {
  const x = matrix(4, 3, [1, 2, 3, 3, 2, 1, 1, 3, 2, NaN, 0, 0]);
  const some = predictRows(identity, x, 1, 3);
  assertEquals(Array.from(some.predicted), [0, 1]);
  assertEquals(Array.from(predict(identity, matrix(2, 3, x.data.slice(0, 6))).predicted), [2, 0]);
  const lost = (scores: (x: Matrix) => Matrix, from: number, to: number) =>
    assertThrows(() => predictRows({ ...identity, scores }, x, from, to), InputError).message;
  assertEquals(lost((x) => x, 2, 4).match(/example \d+|row \d+/)?.[0].match(/\d+/)?.[0], "3");
  const nan = ({ rows, cols }: Matrix) => matrix(rows, cols, new Float32Array(rows * cols).fill(NaN, cols));
  assertEquals(lost(nan, 1, 3).match(/example (\d+)/)?.[1], "2");
  assertThrows(() => predict(identity, matrix(1, 2)), InputError, "classify");
});
