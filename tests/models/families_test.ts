import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { predict } from "../../src/predict.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { deepRbf, maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { CLASSES, examplesFor, INPUTS, specimenModel, specimens } from "./specimens.ts";
import { affine, radial, sum } from "./reference.ts";

/** Scores are sums of at most 8 terms below 5, in at most 3 layers whose weights sum to at most 4: 2⁻²⁴ · 8 · 5 · 4. */
const SCORE_TOLERANCE = 1e-5;

Deno.test("maxout() with one piece equals a linear layer, and without layers a softmax regression", () => {
  const tensors = {
    "top.W": { shape: [CLASSES, INPUTS], data: uniformMatrix(CLASSES, INPUTS, 1).data },
    "top.b": { shape: [CLASSES], data: uniformMatrix(1, CLASSES, 2).data },
  };
  using flat = model(maxout({ inputs: INPUTS, classes: CLASSES, units: [] }), { tensors });
  using linear = model(softmaxLinear({ inputs: INPUTS, classes: CLASSES }), {
    tensors: { W: tensors["top.W"], b: tensors["top.b"] },
  });
  const examples = examplesFor(flat, 9);
  assertEquals(flat.scores(examples.x), linear.scores(examples.x));

  const one = specimens.find(({ name }) => name === 'maxout {"units":[5],"pieces":1}')!;
  using single = specimenModel(one);
  const rows = Array.from({ length: 9 }, (_, b) => {
    const h = affine(
      one.tensors["layer0.W"].data,
      one.tensors["layer0.b"].data,
      rowsOf(examples.x, b, b + 1).data,
    );
    return affine(one.tensors["top.W"].data, one.tensors["top.b"].data, h);
  });
  assertClose(single.scores(examples.x).data, rows.flat(), SCORE_TOLERANCE);
});

Deno.test("rbf() has probabilities that fall to 0 along every ray from its centers", () => {
  for (const specimen of specimens.filter(({ family }) => family.name === "rbf")) {
    using each = specimenModel(specimen);
    const { x: directions } = examplesFor(each, 20);
    const at = (distance: number) =>
      predict(each, matrix(20, INPUTS, directions.data.map((value) => value * distance))).probabilities.data;
    let last = at(10);
    for (const distance of [20, 40, 80, 160]) {
      const next = at(distance);
      assert(next.every((p, i) => p <= last[i]), `${specimen.name} at ${distance}`);
      last = next;
    }
    assert(last.every((p) => p === 0), specimen.name);
  }
});

Deno.test("rbf() starts at the means of the classes of its training data", () => {
  const family = rbf({ inputs: 2, classes: 2 });
  const data = { x: matrix(3, 2, [1, 2, 3, 6, 5, 5]), labels: Int32Array.of(0, 0, 1), classes: 2 };
  // the stream is not drawn from without factors
  const { mu, beta } = family.initial({} as never, data);
  assertEquals([...mu.data], [2, 4, 5, 5]);
  assertEquals(beta.data, new Float32Array(4).fill(0.02));
});

Deno.test("rbf() with initialSpread starts that far, as a standard deviation, from the means", () => {
  const data = { x: matrix(2, 4000), labels: Int32Array.of(0, 1), classes: 2 };
  const { mu } = rbf({ inputs: 4000, classes: 2, initialSpread: 0.3 }).initial(rng(1), data);
  // of 8000 draws: the deviation's own standard error is 0.0024
  assertClose([Math.sqrt(sum(mu.data.map((value) => value ** 2)) / mu.data.length)], [0.3], 0.01);
  assertThrows(
    () => rbf({ inputs: 2, classes: 2, initialSpread: -1 }),
    InputError,
    "Cannot make a model of family rbf with initialSpread -1: must be a finite number ≥ 0",
  );
});

Deno.test("deepRbf() starts with hidden centers at examples, and the top's at the mean hidden outputs of the classes", () => {
  const family = deepRbf({ inputs: 2, classes: 2, units: [3] });
  const data = { x: matrix(3, 2, [0, 0, 0, 1, 1, 0]), labels: Int32Array.of(0, 1, 1), classes: 2 };
  const tensors = family.initial(rng(1), data);
  const rows = Array.from({ length: 3 }, (_, u) => tensors["layer0.mu"].data.slice(2 * u, 2 * u + 2).join());
  assertEquals(rows.toSorted(), ["0,0", "0,1", "1,0"]);
  const hidden = { mu: tensors["layer0.mu"], beta: tensors["layer0.beta"] };
  const h = [0, 1, 2].map((b) => radial(hidden, rowsOf(data.x, b, b + 1).data).map(Math.exp));
  const means = [...h[0], ...h[1].map((value, u) => (value + h[2][u]) / 2)];
  assertClose(tensors.mu.data, means, 1e-6);
});
