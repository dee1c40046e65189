import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { matrix } from "../../src/matrix.ts";
import { executorOf, model } from "../../src/models/model.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import type { Family } from "../../src/models/family.ts";
import { mpDbm } from "../../src/models/mod.ts";
import { mpDbm as op } from "../../src/ops/mp_dbm.ts";
import { atWork, type Roles } from "../ops/support.ts";
import { rng } from "../../src/rng.ts";
import { assertClose, centralDifference } from "../support.ts";
import { CLASSES, examplesFor, INPUTS, ordinaryTensors, specimens } from "./specimens.ts";

/** As in the contract: some 10 ulps of 2⁻²⁰ (losses below 20) over 2h, and third derivatives below 50 times h²/6. */
const STEP = 2 ** -8, TOLERANCE = 1.5e-3;

const machines = specimens.filter(({ family }) => family.name === "mpDbm");

Deno.test("mpDbm()'s objective has the gradient that central differences give, in every parameter", () => {
  for (const { name, family, tensors } of machines) {
    using network = executorOf(family, tensors);
    const { x, labels } = examplesFor(family, 5, { seed: 3, lo: 0 });
    for (const key of [7, 8]) {
      const objective = () =>
        network.objective!(network.workspace.copy("x", x), labels, {
          scale: 0.5,
          parameters: "replace",
          key,
        });
      objective();
      const found = network.parameters.map(({ gradient }) => gradient.data.slice());
      network.parameters.forEach(({ name: parameter, value }, i) => {
        const numeric = found[i].map((_, j) => 0.5 * centralDifference(objective, value.data, j, STEP));
        assertClose(found[i], numeric, TOLERANCE, `${name}, ${parameter}`);
        const ordinary = found[i].some((slope) => Math.abs(slope) > 0.02);
        assert(ordinary, `${name}, ${parameter} has gradients of ordinary size`);
      });
    }
  }
});

Deno.test("mpDbm()'s objective adds to gradients if asked to, and depends only on its key", () => {
  for (const { name, family, tensors } of machines) {
    using network = executorOf(family, tensors);
    const { x, labels } = examplesFor(family, 5, { lo: 0 });
    const pass = (key: number, parameters: "replace" | "add") => {
      const loss = network.objective!(network.workspace.copy("x", x), labels, { scale: 1, parameters, key });
      return { loss, gradients: network.parameters.map(({ gradient }) => gradient.data.slice()) };
    };
    const first = pass(1, "replace"), second = pass(2, "replace");
    assertNotEquals(second.loss, first.loss, name);
    assertEquals(pass(1, "replace"), first, name);
    pass(2, "add").gradients.forEach((total, i) =>
      assertClose(total, total.map((_, j) => first.gradients[i][j] + second.gradients[i][j]), 1e-5, name)
    );
  }
});

/** The family's machine alone, whose memory can be looked at. */
function machine({ graph: { nodes: [{ attributes }] } }: Family, tensors: Tensors) {
  return atWork(op, tensors as Roles, attributes);
}

Deno.test("mpDbm() without weights predicts masked units from biases: its objective in closed form", () => {
  const family = mpDbm({ inputs: INPUTS, classes: CLASSES, units: [3, 2], labelWeight: 4 });
  const tensors = Object.fromEntries(
    Object.entries(ordinaryTensors(family)).map((
      [name, tensor],
    ) => [name, name.endsWith("W") ? { ...tensor, data: tensor.data.map(() => 0) } : tensor]),
  );
  using network = machine(family, tensors);
  const rows = 400;
  // pixels are 0 or 1, so that no draw of them differs
  const { x, labels } = examplesFor(family, rows, { lo: 0 });
  const binary = matrix(rows, INPUTS, x.data.map(Math.round));
  const [a, d] = [tensors["inputs.b"].data, tensors["top.b"].data];
  const masks: [number, number] = [0, 0];
  const loss = network.objective!(network.workspace.copy("x", binary), labels, {
    scale: 1,
    parameters: "replace",
    key: 5,
  });
  const logSum = Math.log(Array.from(d, Math.exp).reduce((sum, each) => sum + each));
  const inputs = network.workspace.matrix("masked inputs", rows, INPUTS).data;
  const classes = network.workspace.matrix("masked classes", rows, 1).data;
  let expected = 0;
  for (let r = 0; r < rows; r++) {
    if (classes[r] === 1) expected += 4 * (logSum - d[labels[r]]), masks[1]++;
    for (let i = 0; i < INPUTS; i++) {
      const z = a[i] * (binary.data[r * INPUTS + i] === 1 ? -1 : 1);
      if (inputs[r * INPUTS + i] === 1) expected += Math.log1p(Math.exp(z)), masks[0]++;
    }
  }
  assertClose([loss / rows], [expected / rows], 1e-5);
  // half of each, within four standard deviations
  assertClose([masks[0] / rows / INPUTS, masks[1] / rows], [0.5, 0.5], 4 * 0.5 / Math.sqrt(rows));
});

Deno.test("mpDbm()'s objective uses the label where it is told: it decides what an input is taken for", () => {
  // one hidden unit, on for class 1 and then turning its only input on
  const family = mpDbm({ inputs: 1, classes: 2, units: [1], iterations: 3 });
  const of = (...data: number[]) => Float32Array.from(data);
  using network = machine(family, {
    "layer0.W": { shape: [1, 1], data: of(10) },
    "layer0.b": { shape: [1], data: of(-5) },
    "top.W": { shape: [2, 1], data: of(-10, 10) },
    "top.b": { shape: [2], data: of(5, -5) },
    "inputs.b": { shape: [1], data: of(-5) },
  });
  const x = matrix(200, 1, Float32Array.from({ length: 200 }, (_, i) => Math.floor(i / 2) % 2));
  const labels = Int32Array.from({ length: 200 }, (_, i) => i % 2);
  const masked = (name: string) => network.workspace.matrix(`masked ${name}`, 200, 1).data;
  const how = { scale: 1, parameters: "replace", key: 1 } as const;
  network.objective!(network.workspace.copy("x", x), labels, how);
  const logits = network.workspace.matrix("state 0", 4 * 200, 1).data.subarray(3 * 200);
  let seen = 0;
  for (let r = 0; r < 200; r++) {
    if (masked("inputs")[r] === 0 || masked("classes")[r] === 1) continue;
    assert(labels[r] === 1 ? logits[r] > 3 : logits[r] < -3, `row ${r}`);
    seen++;
  }
  assert(seen > 20);
});

Deno.test("mpDbm() starts with sparse first weights, and inputs at their log odds in the data", () => {
  const family = mpDbm({ inputs: 20, classes: 2, units: [6, 5], connections: 4 });
  const x = matrix(4, 20);
  for (let r = 0; r < 3; r++) x.data[r * 20] = 1;
  const tensors = family.initial(rng(1), { x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 });
  const first = tensors["layer0.W"].data;
  for (let unit = 0; unit < 6; unit++) {
    assertEquals(first.subarray(unit * 20, (unit + 1) * 20).filter((weight) => weight !== 0).length, 4);
  }
  assertClose(tensors["inputs.b"].data.subarray(0, 1), [Math.log(3)], 1e-6);
  assertClose(tensors["inputs.b"].data.subarray(1), Array(19).fill(Math.log(1e-3 / (1 - 1e-3))), 1e-5);
});

Deno.test("mpDbm() refuses sizes out of range, naming them", () => {
  const make = (options: object) => () => model(mpDbm({ inputs: 2, classes: 2, ...options }));
  assertThrows(make({ units: [] }), InputError, "with units []: there must be a hidden layer");
  assertThrows(make({ units: [3, 0] }), InputError, "with units [3, 0]: must be a list of whole numbers ≥ 1");
  assertThrows(make({ iterations: 0 }), InputError, "with iterations 0");
  assertThrows(make({ classes: 1 }), InputError, "with classes 1: must be a whole number ≥ 2");
  for (const labelWeight of [-1, NaN, Infinity]) {
    assertThrows(
      make({ labelWeight }),
      InputError,
      `with labelWeight ${labelWeight}: must be a finite number ≥ 0`,
    );
  }
  for (const inputShare of [0, -0.5, 1.5, NaN]) {
    assertThrows(
      make({ inputShare }),
      InputError,
      `with inputShare ${inputShare}: must be a finite number in (0, 1]`,
    );
  }
});
