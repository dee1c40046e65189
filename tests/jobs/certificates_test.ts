import { assert, assertEquals } from "@std/assert";
import { here } from "../../scripts/jobs/bench.ts";
import { MEMORY } from "../../scripts/jobs/stores.ts";
import { allPairs } from "../../src/certify/cascade.ts";
import { certificatesSharing } from "../../src/certify/certify.ts";
import { globalBounds } from "../../src/certify/global_bounds.ts";
import { doAll } from "../../src/jobs/all.ts";
import { type CertificateRecipe, joinedTable, type Table } from "../../src/jobs/certificates.ts";
import { batch, type Certificate, init, matrix, mlp } from "../../src/mod.ts";
import { fillUniform, model, rng, saveModel } from "../../src/mod.ts";

const constraint = { epsilon: 0.2, norm: "Linf", bounds: [0, 1] } as const;
const COUNT = 20;

Deno.test("jobs of certificates give what certify() gives for all examples, for any division, with one table for all", async () => {
  init({ kernels: "baseline" });
  using net = model(mlp({ inputs: 4, classes: 3, units: [6] }), { seed: 3 });
  const x = matrix(COUNT, 4);
  fillUniform(x, rng(1));
  const examples = batch({ x, labels: Int32Array.from({ length: COUNT }, (_, i) => i % 3), classes: 3 });
  const inputs = new Map<string, typeof examples | Uint8Array<ArrayBuffer>>([
    ["model", saveModel(net)],
    ["examples", examples],
  ]);
  const jobs = here({ store: MEMORY, threads: 1, inputs }, () => {});
  const shared = { inputs: { model: "model", examples: "examples" }, kernels: "baseline" } as const;
  const hooks = { onProgress() {} };

  const tables = allPairs(3).map((pair) => ({
    ...{ kind: "table", ...shared },
    recipe: { constraint, pairs: [pair] },
  }));
  const table = joinedTable(await doAll(jobs, tables, hooks) as Table[]);
  const global = globalBounds(net, { epsilon: 0.2 });
  assertEquals(table, Array.from(global, (each) => each < Infinity ? each : null));

  const now = () => 0;
  const how = { ...constraint, method: "semidefinite", now } as const;
  const whole = [...certificatesSharing(global, net, examples, how)];
  const part = (rows: number[], restarts: number) => ({
    ...{ kind: "certificates", ...shared },
    recipe: {
      constraint,
      method: "semidefinite",
      timeLimit: 1,
      restarts,
      rows,
      table,
    } satisfies CertificateRecipe,
  });
  const places = Array.from({ length: COUNT }, (_, i) => i);
  const [odd, even] = [1, 0].map((rest) => places.filter((i) => i % 2 === rest));
  const found = await doAll(jobs, [part(odd, 0), part(even, 0)], hooks) as Certificate[][];
  assertEquals(found, [odd, even].map((rows) => rows.map((i) => whole[i])));

  // walks only ever settle what is open
  const [walked] = await doAll(jobs, [part(places, 3)], hooks) as Certificate[][];
  for (const [i, { certified, falsified }] of walked.entries()) {
    assertEquals(certified, whole[i].certified);
    assert(falsified || !whole[i].falsified);
  }
  assert(whole.some(({ certified }) => certified) && whole.some(({ falsified }) => falsified));
});
