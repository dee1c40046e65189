import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import * as ops from "../../src/ops/mod.ts";
import { type Op, type OpShape, type Shape, sizeOf } from "../../src/ops/op.ts";
import type { AnySchema, Field } from "../../src/schema.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { referenceOf } from "./reference.ts";
import { type AtWork, atWork, type Roles, rolesOf } from "./support.ts";

/** Rows, and the width of every input: a multiple of two, three and six pieces that leaves a tail behind vectors of 4. */
const ROWS = 5, WIDTH = 6;

/** Step of the central differences, a power of two; see tests/models/gradients_test.ts for the error. */
const STEP = 2 ** -8, TOLERANCE = 2e-3;

/** An operation set to small sizes. */
interface Case {
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly op: Op<any>;
  readonly shapes: readonly Shape[];
  readonly attributes: Record<string, unknown>;
  readonly tensors: Roles;
  readonly positive?: boolean;
}

/** What operations on several dimensions are tried with. */
interface Shaped {
  readonly shapes: readonly Shape[];
  readonly attributes?: Record<string, unknown>;
  /** Whether it takes numbers above 0 alone. */
  readonly positive?: boolean;
}

const IMAGE = [2, 5, 4];

const SHAPED: Readonly<Record<string, readonly Shaped[]>> = {
  affine: [
    { shapes: [[WIDTH]], attributes: { size: [WIDTH] } },
    { shapes: [IMAGE], attributes: { size: [2, 1, 1] } },
    { shapes: [IMAGE], attributes: { size: [1, 5, 4] } },
  ],
  batchNorm: [
    { shapes: [IMAGE], attributes: { epsilon: 0.01 } },
    { shapes: [[WIDTH]] },
  ],
  combine: [
    { shapes: [[WIDTH], [WIDTH]], attributes: { function: "product" } },
    { shapes: [IMAGE, IMAGE], attributes: { function: "maximum" } },
  ],
  concat: [
    { shapes: [[WIDTH], [3]], attributes: { axis: 0 } },
    { shapes: [[2, 3, 2], [2, 1, 2], [2, 2, 2]], attributes: { axis: 1 } },
    { shapes: [[2, 3], [2, 4]], attributes: { axis: 1 } },
  ],
  conv2d: [
    { shapes: [IMAGE], attributes: { outputs: 3, kernel: [3, 2] } },
    {
      shapes: [[4, 5, 6]],
      attributes: {
        outputs: 2,
        kernel: [2, 3],
        stride: [2, 1],
        padding: [1, 0, 0, 2],
        dilation: [1, 2],
        groups: 2,
      },
    },
    { shapes: [IMAGE], attributes: { outputs: 3, kernel: [1, 1] } },
  ],
  elementwise: [
    ...["abs", "elu", "softplus"].map((name) => ({
      shapes: [[WIDTH]],
      attributes: { function: name, alpha: 1.5 },
    })),
    ...["log", "reciprocal", "sqrt"].map((name) => ({
      shapes: [[WIDTH]],
      attributes: { function: name },
      positive: true,
    })),
    { shapes: [[WIDTH]], attributes: { function: "clip", min: -1, max: 1.5 } },
    { shapes: [[WIDTH]], attributes: { function: "clip", max: 0.25 } },
    ...[2, 3, 1].map((exponent) => ({ shapes: [[WIDTH]], attributes: { function: "pow", exponent } })),
    ...[0.5, -1, 2.5, -0.75].map((exponent) => ({
      shapes: [[WIDTH]],
      attributes: { function: "pow", exponent },
      positive: true,
    })),
  ],
  expand: [
    { shapes: [[1, WIDTH]], attributes: { shape: [3, WIDTH] } },
    { shapes: [[2, 1, 4]], attributes: { shape: [2, 3, 4] } },
  ],
  pad: [{ shapes: [IMAGE], attributes: { before: [0, 1, 2], after: [0, 2, 0], value: 0.5 } }],
  pool: [
    { shapes: [IMAGE], attributes: { function: "max", kernel: [2, 2] } },
    {
      shapes: [IMAGE],
      attributes: { function: "max", kernel: [3, 2], stride: [2, 2], padding: [1, 0, 1, 1] },
    },
    ...[false, true].map((countPadding) => ({
      shapes: [IMAGE],
      attributes: {
        function: "average",
        kernel: [2, 3],
        stride: [2, 1],
        padding: [1, 1, 0, 1],
        countPadding,
      },
    })),
  ],
  reduce: ["max", "sum", "mean"].flatMap((name) => [
    { shapes: [[2, 3, 2]], attributes: { function: name, axes: [1, 2] } },
    { shapes: [IMAGE], attributes: { function: name, axes: [1] } },
    { shapes: [[WIDTH]], attributes: { function: name, axes: [0] } },
  ]),
  reshape: [{ shapes: [IMAGE], attributes: { shape: [4, 10] } }],
  softmax: [false, true].flatMap((log) =>
    [[WIDTH], [3, 2]].map((shape) => ({ shapes: [shape], attributes: { log } }))
  ),
  take: [
    { shapes: [IMAGE], attributes: { axis: 1, indices: [3, 1, 1] } },
    { shapes: [[WIDTH]], attributes: { indices: [5, 0] } },
  ],
  transpose: [{ shapes: [IMAGE], attributes: { order: [2, 0, 1] } }],
};

// deno-lint-ignore no-explicit-any
function caseOf(op: Op<any>, { shapes, attributes: given = {}, positive }: Shaped): Case {
  const defaults = Object.entries(op.attributes as AnySchema).map(([name, field]) => [name, field.default]);
  const attributes = { ...Object.fromEntries(defaults), ...given };
  const tensors = rolesOf(op, shapes, attributes);
  return { name: `${op.name} ${JSON.stringify(given)}`, op, shapes, attributes, tensors, positive };
}

/** A small value that `field` allows. */
function small({ kind, min = 0, max = Infinity }: Field): unknown {
  if (kind === "integers") return [Math.max(min, 3)];
  return kind === "integer" ? Math.max(min, 2) : Math.min(min + 0.5, max);
}

/** Every operation, once with what must be given, once with what may be. */
const cases: readonly Case[] = Object.values(ops).flatMap((op): Case[] => {
  const fields = Object.entries(op.attributes as AnySchema);
  if (Object.hasOwn(SHAPED, op.name)) return SHAPED[op.name].map((each) => caseOf(op, each));
  const shapes = Array<Shape>(op.arity[0]).fill([WIDTH]);
  const settings = [fields.filter(([, { required }]) => required), fields].map((chosen) => ({
    ...Object.fromEntries(fields.map(([name, field]) => [name, field.default])),
    ...Object.fromEntries(chosen.map(([name, field]) => [name, small(field)])),
  }));
  const different = new Map(settings.map((attributes) => [JSON.stringify(attributes), attributes]));
  return Array.from(different.values(), (attributes) => caseOf(op, { shapes, attributes }));
});

const inputsOf = ({ shapes, positive }: Case, rows: number, seed = 1) =>
  shapes.map((shape, k) => {
    const range = positive ? { lo: 0.5, hi: 2 } : { lo: -2, hi: 2 };
    return uniformMatrix(rows, sizeOf(shape), seed + 10 * k, range);
  });

/** Outputs in double, row by row. */
function inDouble(
  { op, attributes, shapes }: Case,
  tensors: Roles,
  inputs: readonly Matrix[],
  kinks: number[] = [],
) {
  return Array.from({ length: inputs[0].rows }, (_, r) => {
    const row = inputs.map((input) => Array.from(rowsOf(input, r, r + 1).data));
    return referenceOf(op.name)(row, { tensors, attributes, kinks, shapes });
  }).flat();
}

/** Whether a step at entry `i` of input `k` goes to another side of a kink. */
function crossesKink(each: Case, inputs: readonly Matrix[], k: number, i: number): boolean {
  if (each.op.alone) return false;
  const row = Math.floor(i / inputs[k].cols), at = i % inputs[k].cols;
  const [below, above] = [-STEP, STEP].map((step) => {
    const moved = inputs.map((input) => matrix(1, input.cols, rowsOf(input, row, row + 1).data.slice()));
    moved[k].data[at] += step;
    const kinks: number[] = [];
    inDouble(each, each.tensors, moved, kinks);
    return kinks.join();
  });
  return below !== above;
}

/** Outputs and all gradients of Σ w·outputs, as copies. */
function pass(at: AtWork, given: readonly Matrix[], parameters: "replace" | "add" = "replace") {
  const inputs = given.map((input, k) => at.workspace.copy(`input ${k}`, input));
  const out = at.forward(inputs);
  const weights = uniformMatrix(out.rows, out.cols, 77);
  const dOut = at.workspace.copy("d out", weights);
  const outputs = out.data.slice();
  const dInputs = at.backward(dOut, inputs, { inputs: true, parameters }).map((d) => d!.data.slice());
  assertEquals(dOut.data.slice(), weights.data, "the gradient given stays");
  inputs.forEach((input, k) => assertEquals(input.data.slice(), given[k].data, "inputs stay"));
  return {
    outputs,
    weights,
    dInputs,
    dParameters: at.parameters.map(({ gradient }) => gradient.data.slice()),
  };
}

Deno.test("every operation but models by themselves has a reference in double", () => {
  for (const { name, alone } of Object.values(ops) as Op<unknown>[]) {
    if (alone) assertThrows(() => referenceOf(name), Error, `The operation ${name} has no reference`);
    else referenceOf(name);
  }
});

Deno.test("Op.forward() is the operation's formula, and as wide as Op.shape() says", () => {
  for (const each of cases.filter(({ op }) => !op.alone)) {
    using at = atWork(each.op, each.tensors, each.attributes, each.shapes);
    for (const rows of [ROWS, 1, 30]) {
      const inputs = inputsOf(each, rows);
      const width = sizeOf((each.op.shape(each.shapes, each.attributes) as OpShape).shape);
      const { outputs } = pass(at, inputs);
      assertEquals(outputs.length, rows * width, each.name);
      assertClose(outputs, inDouble(each, each.tensors, inputs), 1e-5, each.name);
    }
  }
});

Deno.test("Op.backward() agrees with central differences in every input and parameter", () => {
  for (const each of cases) {
    using at = atWork(each.op, each.tensors, each.attributes, each.shapes);
    const inputs = inputsOf(each, ROWS, 3);
    const { weights, dInputs, dParameters } = pass(at, inputs);
    const sum = () => {
      const out = at.forward(inputs.map((input, k) => at.workspace.copy(`input ${k}`, input))).data;
      return weights.data.reduce((total, weight, i) => total + weight * out[i], 0);
    };
    inputs.forEach(({ data }, k) => {
      let crossed = 0;
      const numeric = dInputs[k].map((slope, i) => {
        if (!crossesKink(each, inputs, k, i)) return centralDifference(sum, data, i, STEP);
        crossed++;
        return slope;
      });
      assert(crossed <= data.length / 20, `${each.name}: ${crossed} steps cross a kink`);
      assertClose(dInputs[k], numeric, TOLERANCE, `${each.name}, input ${k}`);
      assert(
        dInputs[k].some((slope) => Math.abs(slope) > 0.05),
        `${each.name} has gradients of ordinary size`,
      );
    });
    at.parameters.forEach(({ name, value }, k) => {
      const refreshed = () => (at.refresh?.(), sum());
      const numeric = dParameters[k].map((_, i) => centralDifference(refreshed, value.data, i, STEP));
      at.refresh?.();
      assertClose(dParameters[k], numeric, TOLERANCE, `${each.name}, ${name}`);
    });
  }
});

Deno.test("Op.backward() adds to gradients if asked to", () => {
  for (const each of cases) {
    using at = atWork(each.op, each.tensors, each.attributes, each.shapes);
    const [first, second] = [inputsOf(each, ROWS, 3), inputsOf(each, ROWS, 4)];
    const own = [first, second].map((inputs) => pass(at, inputs).dParameters);
    pass(at, first);
    pass(at, second, "add").dParameters.forEach((total, k) =>
      assertClose(total, total.map((_, i) => own[0][k][i] + own[1][k][i]), 1e-5, each.name)
    );
  }
});

Deno.test("an operation does not depend on what larger earlier passes left in its memory", () => {
  for (const each of cases) {
    using used = atWork(each.op, each.tensors, each.attributes, each.shapes);
    const poison = inputsOf(each, 40, 9).map((m) => matrix(m.rows, m.cols, m.data.map((v) => v * 1e3)));
    for (const rows of [ROWS, 1, 12]) {
      pass(used, poison);
      using fresh = atWork(each.op, each.tensors, each.attributes, each.shapes);
      const inputs = inputsOf(each, rows, 3);
      assertEquals(pass(used, inputs), pass(fresh, inputs), `${each.name}, ${rows} rows`);
    }
  }
});
