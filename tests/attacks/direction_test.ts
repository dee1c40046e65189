import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { blockSlopes } from "../../src/attacks/direction.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { pgd } from "../../src/attacks/pgd.ts";
import { rotation } from "../../src/attacks/rotation.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { LOSSES } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { uniformMatrix } from "../support.ts";
import { asked, inParts, quadratic, rowsIn } from "./asked.ts";

Deno.test("blockSlopes() leaves no slope that would lead a feature on a bound past it", () => {
  const all = constraint(2, { epsilon: 1, bounds: [[0, 1], [-1, 2]] });
  // on the lower bound, within, on the upper one, and beyond; up and down
  const x = [0, -1, 0.5, 0.5, 1, 2, -0.5, 3], up = matrix(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]);
  const down = matrix(4, 2, up.data.map((g) => -g)), at = matrix(4, 2, x);
  blockSlopes(up, at, all);
  assertEquals([...up.data], [1, 2, 3, 4, 0, 0, 7, 0]);
  blockSlopes(down, at, all);
  assertEquals([...down.data], [0, 0, -3, -4, -5, -6, 0, -8]);
});

const THREE = quadratic(
  [[0.9, 0.2, -0.3], [-0.4, 0.8, 0.1], [0.3, -0.7, 0.6]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5]],
);

Deno.test("fgsm() climbs the loss of the labels, the predictions or away from a target, of a model that answers in parts too", () => {
  const x = uniformMatrix(5, 3, 4), labels = Int32Array.of(0, 1, 2, 0, 1), epsilon = 0.25;
  const examples = batch({ x, labels, classes: 3 });
  const predicted = rowsIn(x).map((row) => THREE.scores(row)).map((z) => z.indexOf(Math.max(...z)));
  for (const loss of LOSSES) {
    for (
      const way of [{}, { target: 2 }, { target: Int32Array.of(1, 2, 0, 2, 1) }, {
        labels: "predicted",
      }] as const
    ) {
      const given = { ...way, loss, epsilon }, found = fgsm(asked(THREE), examples, given);
      assertEquals(fgsm(inParts(asked(THREE)), examples, given).x, found.x);
      const { target } = way as { target?: number | Int32Array };
      const aims = typeof target === "number"
        ? labels.map(() => target)
        : target ?? ("labels" in way ? predicted : labels);
      rowsIn(x).forEach((row, i) => {
        const z = THREE.scores(row), y = aims[i], sorted = z.toSorted((a, b) => b - a);
        const e = z.map(Math.exp), sum = e.reduce((a, b) => a + b, 0);
        const other = z.indexOf(Math.max(...z.filter((_, c) => c !== y))),
          [first, , third] = sorted.map((v) => z.indexOf(v));
        const weights = [0, 1, 2].map((c) => {
          const margin = Number(c === other) - Number(c === y);
          if (loss === "margin" || loss === "dlr" && target !== undefined) return margin;
          if (loss !== "dlr") return e[c] / sum - Number(c === y);
          // ∇(m/s) = (∇m − m/s ∇s)/s
          return margin -
            (z[other] - z[y]) / (sorted[0] - sorted[2]) * (Number(c === first) - Number(c === third));
        });
        const slopes = THREE.slopes(row), sign = "target" in way ? -1 : 1;
        const g = row.map((_, j) => sign * weights.reduce((total, w, c) => total + w * slopes[c][j], 0));
        // a sign that only rounding decides may be either
        g.forEach((slope, j) =>
          Math.abs(slope) > 1e-6 &&
          assertEquals(
            Math.sign(found.x.data[3 * i + j] - row[j]),
            Math.sign(slope),
            `${loss} ${JSON.stringify(way)}`,
          )
        );
      });
    }
  }
});

Deno.test("fgsm() along the float32 gradient stays where a probability rounds to 1, and else asks for the predictions once", () => {
  const steep = quadratic([[400, 0], [-400, 400]], [[0, 0], [0, 0]]);
  const examples = batch({ x: matrix(2, 2, [1, 0.5, 0.001, 0]), labels: [0, 0], classes: 2 });
  const rounded = fgsm(asked(steep), examples, { epsilon: 0.25, gradient: "float32" });
  assertEquals([...rounded.x.data.subarray(0, 2)], [1, 0.5]);
  assert(rounded.x.data[2] < 0.001 && rounded.zeroGradients === 1);
  const safe = fgsm(asked(steep), examples, { epsilon: 0.25, gradient: "safe" });
  assertEquals([...safe.x.data.subarray(0, 2), safe.zeroGradients], [0.75, 0.75, 0]);
  for (
    const [options, asks] of [[{}, 2], [{ labels: "predicted" }, 3], [
      { labels: "predicted", target: 1 },
      2,
    ]] as const
  ) {
    const model = asked(steep);
    fgsm(model, examples, { epsilon: 0.25, ...options });
    assertEquals(model.questions.length, asks);
  }
});

Deno.test("dlr with a target that comes third moves, as the margin does, and the result says so", () => {
  const x = matrix(1, 3, [0.5, -0.5, 0.25]), z = THREE.scores(rowsIn(x)[0]);
  const target = z.indexOf(Math.min(...z)),
    one = batch({ x, labels: [z.indexOf(Math.max(...z))], classes: 3 });
  for (const attack of [fgsm, pgd, rotation]) {
    const found = attack(asked(THREE), one, { epsilon: 0.25, loss: "dlr", target });
    assertEquals([found.zeroGradients, found.conditions.options.loss], [0, "margin"]);
    assertEquals(found.x, attack(asked(THREE), one, { epsilon: 0.25, loss: "margin", target }).x);
    assertEquals(attack(asked(THREE), one, { epsilon: 0.25, loss: "dlr" }).conditions.options.loss, "dlr");
  }
  // two classes have no third
  const two = quadratic([[1, 2], [0, 1]], [[0, 0], [0, 0]]),
    given = batch({ x: matrix(1, 2), labels: [0], classes: 2 });
  const three = quadratic([[1, 2], [0, 1], [1, 0]], [[0, 0], [0, 0], [0, 0]]);
  assertEquals(
    fgsm(asked(three), { ...given, classes: 3 }, { epsilon: 1, loss: "dlr" }).conditions.options.loss,
    "dlr",
  );
  assertEquals(fgsm(asked(two), given, { epsilon: 1, loss: "dlr" }).conditions.options.loss, "margin");
});
