import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { predict } from "../../src/predict.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { alongLine } from "../../src/evaluate/line.ts";
import { assertClose } from "../support.ts";
import { examplesFor, forEveryModel, INPUTS, userModel } from "../models/specimens.ts";

Deno.test("alongLine() asks the model at x + epsilon times the direction", () => {
  const epsilons = [-2, -0.5, 0, 0.25, 3];
  forEveryModel((each, name) => {
    const { x: both } = examplesFor(each, 2);
    const [x, direction] = [rowsOf(both, 0, 1), rowsOf(both, 1, 2)];
    const line = alongLine(each, x, { direction, epsilons });
    assertEquals(line.epsilons, epsilons);
    epsilons.forEach((epsilon, row) => {
      const place = matrix(1, INPUTS, x.data.map((value, i) => value + epsilon * direction.data[i]));
      assertEquals(rowsOf(line.x, row, row + 1).data.slice(), place.data, name);
      assertClose(rowsOf(line.scores, row, row + 1).data, each.scores(place).data, 1e-6, name);
      assertEquals(line.predicted[row], predict(each, place).predicted[0], name);
    });
  });
});

Deno.test("alongLine() refuses all but a single input of the model", () => {
  const [x, none] = [matrix(1, INPUTS), matrix(0, INPUTS)];
  const refuse = (x: typeof none, direction: typeof none, says: string) =>
    assertThrows(() => alongLine(userModel(), x, { direction, epsilons: [0] }), InputError, says);
  refuse(none, x, "expected x of shape (1, 7), got (0, 7)");
  refuse(x, matrix(1, 3), "expected direction of shape (1, 7), got (1, 3)");
});

Deno.test("alongLine() refuses epsilons other than a list of finite numbers", () => {
  const x = matrix(1, INPUTS);
  for (const epsilons of [[0, NaN], [0, "1"], 3, { every: () => true }]) {
    const along = { direction: x, epsilons: epsilons as number[] };
    assertThrows(() => alongLine(userModel(), x, along), InputError, "must be a list of finite numbers");
  }
});
