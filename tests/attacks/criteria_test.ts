import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { confident, confidentIn, judge, misclassified, targeted } from "../../src/attacks/criteria.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";

const predictions = {
  predicted: Int32Array.of(0, 2, 1),
  confidence: Float32Array.of(0.5, 0.75, 0.5),
  probabilities: matrix(3, 3, [0.5, 0.25, 0.25, 0.125, 0.125, 0.75, 0.25, 0.5, 0.25]),
};

Deno.test("judge() compares the predicted class with labels or targets, or probabilities with a threshold", () => {
  const labels = [0, 1, 1];
  assertEquals([...judge(predictions, misclassified, labels)], [0, 1, 0]);
  assertEquals([...judge(predictions, targeted, labels)], [1, 0, 1]);
  // above, and at least
  assertEquals([...judge(predictions, confident(0.5))], [0, 1, 0]);
  assertEquals([...judge(predictions, confident(0.4375))], [1, 1, 1]);
  assertEquals([...judge(predictions, confidentIn(1, 0.125))], [1, 1, 1]);
  assertEquals([...judge(predictions, confidentIn(1, 0.25))], [1, 0, 1]);
  assertEquals([...judge(predictions, confidentIn(2, 0.75))], [0, 1, 0]);
  // a criterion without labels gets none
  const told: number[] = [];
  judge(predictions, (_, i, label) => told.push(i, label) > 0);
  assertEquals(told, [0, -1, 1, -1, 2, -1]);
});

Deno.test("criteria refuse thresholds that are not probabilities and targets that are not classes", () => {
  for (const threshold of [0, 1]) assertEquals(typeof confident(threshold), typeof confidentIn(0, threshold));
  for (const threshold of [-0.1, 1.1, NaN]) {
    assertThrows(() => confident(threshold), InputError, "is not a number in [0, 1]");
    assertThrows(() => confidentIn(0, threshold), InputError, "is not a number in [0, 1]");
  }
  for (const target of [-1, 0.5]) {
    assertThrows(() => confidentIn(target, 0.5), InputError, "is not a whole number");
  }
});

Deno.test("judge() refuses values that are neither lists nor criteria", () => {
  const bad: unknown[][] = [[{}, misclassified], [undefined, misclassified], [predictions, 3], [
    predictions,
    targeted,
    1,
  ]];
  for (const given of bad) {
    assertThrows(() => judge(...given as Parameters<typeof judge>), InputError, "Cannot judge");
  }
});
