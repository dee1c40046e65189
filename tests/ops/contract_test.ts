import { assert, assertEquals } from "@std/assert";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import * as ops from "../../src/ops/mod.ts";
import type { Op } from "../../src/ops/op.ts";
import type { AnySchema, Field } from "../../src/schema.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { OPERATIONS } from "./reference.ts";
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
  readonly widths: readonly number[];
  readonly attributes: Record<string, unknown>;
  readonly tensors: Roles;
}

/** A small value that `field` allows. */
function small({ kind, min = 0, max = Infinity }: Field): unknown {
  if (kind === "integers") return [Math.max(min, 3)];
  return kind === "integer" ? Math.max(min, 2) : Math.min(min + 0.5, max);
}

/** Every operation, once with what must be given, once with what may be. */
const cases: readonly Case[] = Object.values(ops).flatMap((op): Case[] => {
  const fields = Object.entries(op.attributes as AnySchema);
  const widths = Array<number>(op.arity[0]).fill(WIDTH);
  const settings = [fields.filter(([, { required }]) => required), fields].map((chosen) => ({
    ...Object.fromEntries(fields.map(([name, field]) => [name, field.default])),
    ...Object.fromEntries(chosen.map(([name, field]) => [name, small(field)])),
  }));
  const different = new Map(settings.map((attributes) => [JSON.stringify(attributes), attributes]));
  return Array.from(different, ([text, attributes]) => {
    const tensors = rolesOf(op, widths, attributes);
    return { name: `${op.name} ${text}`, op, widths, attributes, tensors };
  });
});

const inputsOf = ({ widths }: Case, rows: number, seed = 1) =>
  widths.map((width, k) => uniformMatrix(rows, width, seed + 10 * k, { lo: -2, hi: 2 }));

/** Outputs in double, row by row. */
function inDouble({ op, attributes }: Case, tensors: Roles, inputs: readonly Matrix[], kinks: number[] = []) {
  return Array.from({ length: inputs[0].rows }, (_, r) => {
    const row = inputs.map((input) => Array.from(rowsOf(input, r, r + 1).data));
    return OPERATIONS[op.name](row, { tensors, attributes, kinks });
  }).flat();
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
  for (const op of Object.values(ops)) {
    assertEquals(Object.hasOwn(OPERATIONS, op.name), !(op as { alone?: boolean }).alone, op.name);
  }
});

Deno.test("Op.forward() is the operation's formula, and as wide as Op.shape() says", () => {
  for (const each of cases.filter(({ op }) => !op.alone)) {
    using at = atWork(each.op, each.tensors, each.attributes);
    for (const rows of [ROWS, 1, 30]) {
      const inputs = inputsOf(each, rows);
      const { width } = each.op.shape(each.widths, each.attributes) as { width: number };
      const { outputs } = pass(at, inputs);
      assertEquals(outputs.length, rows * width, each.name);
      assertClose(outputs, inDouble(each, each.tensors, inputs), 1e-5, each.name);
    }
  }
});

Deno.test("Op.backward() agrees with central differences in every input and parameter", () => {
  for (const each of cases) {
    using at = atWork(each.op, each.tensors, each.attributes);
    const inputs = inputsOf(each, ROWS, 3);
    const { weights, dInputs, dParameters } = pass(at, inputs);
    const sum = () => {
      const out = at.forward(inputs.map((input, k) => at.workspace.copy(`input ${k}`, input))).data;
      return weights.data.reduce((total, weight, i) => total + weight * out[i], 0);
    };
    inputs.forEach(({ data }, k) => {
      const numeric = dInputs[k].map((_, i) => centralDifference(sum, data, i, STEP));
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

Deno.test("Op.backward() adds to gradients as it is asked", () => {
  for (const each of cases) {
    using at = atWork(each.op, each.tensors, each.attributes);
    const [first, second] = [inputsOf(each, ROWS, 3), inputsOf(each, ROWS, 4)];
    const own = [first, second].map((inputs) => pass(at, inputs).dParameters);
    pass(at, first);
    pass(at, second, "add").dParameters.forEach((total, k) =>
      assertClose(total, total.map((_, i) => own[0][k][i] + own[1][k][i]), 1e-5, each.name)
    );
  }
});

Deno.test("an operation does not see what earlier passes of more rows left in its memory", () => {
  for (const each of cases) {
    using used = atWork(each.op, each.tensors, each.attributes);
    const poison = inputsOf(each, 40, 9).map((m) => matrix(m.rows, m.cols, m.data.map((v) => v * 1e3)));
    for (const rows of [ROWS, 1, 12]) {
      pass(used, poison);
      using fresh = atWork(each.op, each.tensors, each.attributes);
      const inputs = inputsOf(each, rows, 3);
      assertEquals(pass(used, inputs), pass(fresh, inputs), `${each.name}, ${rows} rows`);
    }
  }
});
