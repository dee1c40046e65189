import { assert, assertEquals } from "@std/assert";
import { attackTable, tableProblem } from "../../../scripts/bench/tables.ts";
import { batch, matrix } from "../../../src/mod.ts";
import { rng } from "../../../src/rng.ts";
import { holds } from "../../constraints/kinds.ts";
import { SHORT } from "../../attacks/short.ts";

/** A table of three classes, whose features are about the place of each class. */
function table() {
  const from = rng(3), [rows, cols] = [90, 6];
  const labels = Array.from({ length: rows }, (_, row) => row % 3);
  const x = matrix(rows, cols);
  x.data.forEach((_, i) => {
    const label = labels[Math.floor(i / cols)];
    x.data[i] = ((label + i % cols) % 3) * 0.5 + 0.6 * from.next();
  });
  return batch({ x, labels });
}

Deno.test("tableProblem() is allowed as it is: whole numbers, categories and ranges hold", () => {
  const { examples, allowed } = tableProblem(table());
  assertEquals(examples.x.cols, 8);
  assert(holds(examples.x, examples.x, { ...allowed, epsilon: 0 }));
});

Deno.test("nothing that an attack returns breaks a constraint of a table, and no error passes what is certified", async () => {
  const problem = tableProblem(table());
  const rates = new Map<string, number>();
  let bounded = 0;
  const options = { ...SHORT, greedyTabular: {} };
  for await (const row of attackTable(problem, { epochs: 30, attacked: 30, options })) {
    const { model, attack, norm, epsilon, errorRate, violation, certified } = row;
    assertEquals(violation, undefined, `${model}, ${attack} in ${norm}`);
    rates.set(`${model} ${attack} ${norm} ${epsilon}`, errorRate);
    if (certified === undefined) continue;
    bounded++;
    assert(errorRate <= certified, `${attack} in ${norm}: ${errorRate} above ${certified}`);
  }
  assert(bounded > 40);
  // the best in a table of a linear model is found feature by feature
  const greedy = rates.get("softmaxLinear greedyTabular Linf 1")!;
  for (const attack of ["fgsm", "pgd", "signNoise"]) {
    assert(greedy >= rates.get(`softmaxLinear ${attack} Linf 1`)!, attack);
  }
  assert(greedy > 0.3, `${greedy}`);
});
