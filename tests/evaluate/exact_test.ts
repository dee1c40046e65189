import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certify } from "../../src/certify/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { robustness } from "../../src/evaluate/robustness.ts";
import { predict } from "../../src/predict.ts";
import { rbf } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";

Deno.test("robustness() of a diagonal RBF network finds at least 99 % of its exact error, and no more", () => {
  const D = 12, classes = 4, rows = 300;
  for (const [seed, epsilon] of [[1, 0.05], [2, 0.15]]) {
    const tensors = {
      mu: { shape: [classes, D], data: uniformMatrix(classes, D, seed, { lo: 0, hi: 1 }).data },
      beta: { shape: [classes, D], data: uniformMatrix(classes, D, seed + 10, { lo: 0.05, hi: 1 }).data },
    };
    using net = model(rbf({ inputs: D, classes }), { tensors });
    const x = uniformMatrix(rows, D, seed + 20, { lo: 0, hi: 1 });
    const examples = batch({ x, labels: predict(net, x).predicted, classes });
    const exact = certify(net, examples, { epsilon, bounds: [0, 1] });
    assertEquals(exact.unresolved, 0);
    assert(exact.errorRate > 0.1 && exact.errorRate < 1, `${exact.errorRate}`);
    const [{ attacked }] = robustness(net, examples, {
      epsilons: [epsilon],
      bounds: [0, 1],
      effort: "standard",
      certify: "none",
    }).at;
    assert(attacked.errorRate >= 0.99 * exact.errorRate, `${attacked.errorRate} of ${exact.errorRate}`);
    assert(attacked.errorRate <= exact.errorRate);
  }
});
