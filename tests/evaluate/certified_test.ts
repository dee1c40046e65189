import "../../src/runtime/inlined.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { certify } from "../../src/certify/mod.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { certifiableForm, certifiedCount, certifiedSteps } from "../../src/evaluate/certified.ts";
import { firstStanding, note } from "../../src/evaluate/standing.ts";
import { matrix } from "../../src/matrix.ts";
import { type Model, model } from "../../src/models/model.ts";
import { mlp } from "../../src/models/mlp.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";
import { predict } from "../../src/predict.ts";
import { uniformMatrix } from "../support.ts";

/** Class 1 where x > 0: certificates of it are exact. */
const sign = () =>
  model(softmaxLinear({ inputs: 1, classes: 2 }), {
    tensors: {
      W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
      b: { shape: [2], data: new Float32Array(2) },
    },
  });

/** At −0.1, 0.2, 0.4, 0.7 and 0.9, all of class 1. */
const examples = batch({ x: matrix(5, 1, [-0.1, 0.2, 0.4, 0.7, 0.9]), labels: [1, 1, 1, 1, 1], classes: 2 });

/** What is known after certificates at `epsilon`; `late` is asked after each. */
function certified(
  epsilon: number,
  { late }: { late: () => boolean } = { late: () => false },
) {
  using subject = sign();
  const limits = constraint(1, { epsilon });
  const standing = firstStanding(predict(subject, examples.x).predicted, examples, limits);
  note(standing, 3, { by: "fgsm", size: 0.75 });
  const options = { epsilon, method: "auto" as const };
  const walk = certifiedSteps(subject, examples, { standing, options, limits, late });
  const fractions: number[] = [];
  for (let step = walk.next();; step = walk.next()) {
    if (step.done) return { ...step.value, standing, fractions };
    fractions.push(step.value);
  }
}

Deno.test("certifiedSteps() certifies examples not fooled yet, and counts counterexamples as fooling", () => {
  const { standing, count, complete, fractions } = certified(0.5);
  assertEquals(standing.by, ["clean", "witness", "witness", "fgsm", null]);
  assertEquals(Array.from(standing.size), [0, 0.5, 0.5, 0.75, Infinity]);
  // that an attack has fooled at a larger size is open at this one
  assertEquals(Array.from(standing.certified), [0, 0, 0, 0.5, 0.5]);
  assertEquals([count, complete], [2, true]);
  assertEquals(fractions, [1 / 4, 2 / 4, 3 / 4, 1]);
  assertEquals(certified(0.8).standing.by, ["clean", "witness", "witness", "fgsm", null]);
  assertEquals([certified(0.8).count, certified(0.95).count], [1, 0]);
});

Deno.test("certifiedSteps() leaves examples without a certificate or counterexample open", () => {
  using network = model(mlp({ inputs: 3, classes: 3, units: [8] }), { seed: 3 });
  const x = uniformMatrix(20, 3, 1);
  const all = batch({ x, labels: predict(network, x).predicted, classes: 3 });
  const options = { epsilon: 0.2, method: "interval" as const }, limits = constraint(3, options);
  const standing = firstStanding(all.labels, all, limits);
  const fractions = [...certifiedSteps(network, all, { standing, options, limits, late: () => false })];
  assertEquals(fractions, Array.from({ length: 20 }, (_, i) => (i + 1) / 20));
  const { examples, unresolved } = certify(network, all, options);
  assert(unresolved > 2 && unresolved < 18, `${unresolved}`);
  assertEquals(Array.from(standing.certified), examples.map(({ certified }) => certified ? 0.2 : 0));
  assertEquals(standing.by, examples.map(({ witness }) => witness ? "witness" : null));
});

Deno.test("certifiedSteps() that is late keeps its results, and is complete if nothing was left", () => {
  for (let after = 0; after < 4; after++) {
    let asked = 0;
    const { standing, complete, fractions } = certified(0.5, { late: () => asked++ >= after });
    // of four that are open, two have a counterexample and two are certified
    const known = [standing.by[1], standing.by[2], standing.certified[3], standing.certified[4]];
    assertEquals(known.map(Boolean), [0, 1, 2, 3].map((i) => i <= after));
    assertEquals([complete, fractions.length], [after === 3, after]);
  }
});

Deno.test("certifiedCount() counts the given rows only", () => {
  using subject = sign();
  const count = (rows: readonly number[], epsilon: number) =>
    certifiedCount(subject, examples, rows, { epsilon, method: "auto" });
  assertEquals([count([0, 1, 2, 3, 4], 0.5), count([1, 2], 0.5), count([4, 3], 0.8), count([], 1)], [
    2,
    0,
    1,
    0,
  ]);
});

Deno.test("certifiableForm() gives a form, or the reason why there is none, and throws other errors", () => {
  using subject = sign();
  assertEquals((certifiableForm(subject) as { kind: string }).kind, "linear");
  assertEquals(certifiableForm({}), "the model is not one whose operations are known");
  const nodes = [
    { id: "p", op: "softmax", from: ["input"] },
    { id: "top", op: "linear", from: ["p"], tensors: { W: "W", b: "b" }, attributes: { outputs: [2] } },
  ] as const;
  using own = model({ input: 1, nodes, head: "softmax" }, { seed: 1 });
  assertEquals(certifiableForm(own), "certificates do not know its operation softmax");
  const broken = {
    get graph(): never {
      throw new RangeError("a bug");
    },
  } as unknown as Model;
  assertThrows(() => certifiableForm(broken), RangeError, "a bug");
});
