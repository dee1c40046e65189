/** The operation `elementwise`: a named function of each entry. @module */

import { exp, log, softplusBackward, softplusForward } from "../kernels/elementwise.ts";
import type { Matrix } from "../matrix.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { choice, number } from "../schema.ts";
import { elementwise as instance, type Op } from "./op.ts";

/** What a function of each entry is set to. */
export interface ElementwiseAttributes {
  /** Which function. */
  function: "abs" | "clip" | "elu" | "log" | "negative" | "pow" | "reciprocal" | "softplus" | "sqrt";
  /** Of elu, what it comes to far below 0, less 0; default 1. */
  alpha?: number;
  /** Of pow. */
  exponent?: number;
  /** Of clip, the least value; default none. */
  min?: number;
  /** Of clip, the greatest value; default none. */
  max?: number;
}

/** f(z) for each entry z: abs, clip to [min, max], elu, log, pow, 1/z, log(1 + eᶻ), the square root, or whether z < 0. */
export const elementwise: Op<ElementwiseAttributes> = {
  name: "elementwise",
  summary: "A named function of each entry",
  arity: [1, 1],
  attributes: {
    function: choice(
      "Which function",
      ["abs", "clip", "elu", "log", "negative", "pow", "reciprocal", "softplus", "sqrt"],
      { required: true },
    ),
    alpha: number("Of elu: what it comes to far below 0, less 0", { default: 1 }),
    exponent: number("Of pow", {}),
    min: number("Of clip: minimum", {}),
    max: number("Of clip: maximum", {}),
  },
  shape([shape], { function: name, exponent, min = -Infinity, max = Infinity }) {
    if (name === "pow" && exponent === undefined) return "pow takes an exponent";
    return min <= max ? { shape } : `clip to ${min} … ${max}, which holds nothing`;
  },
  instantiate({ workspace, attributes }) {
    const chosen = functions(workspace, attributes);
    return instance({
      forward(z) {
        const out = workspace.matrix("out", z.rows, z.cols);
        chosen.forward(out, z);
        return out;
      },
      backward(dOut, z) {
        const dZ = workspace.matrix("dZ", z.rows, z.cols);
        chosen.backward(dZ, { dOut, z, out: workspace.matrix("out", z.rows, z.cols) });
        return dZ;
      },
    });
  },
};

/** A function and its gradient. */
interface Pair {
  forward(out: Matrix, z: Matrix): void;
  backward(dZ: Matrix, at: { dOut: Matrix; z: Matrix; out: Matrix }): void;
}

function functions(
  workspace: Workspace,
  { function: name, alpha = 1, exponent = 1, min = -Infinity, max = Infinity }: ElementwiseAttributes,
): Pair {
  switch (name) {
    case "abs":
      return plain(Math.abs, Math.sign);
    case "clip":
      return plain((z) => Math.min(Math.max(z, min), max), (z) => z >= min && z <= max ? 1 : 0);
    case "negative":
      return plain((z) => z < 0 ? 1 : 0, () => 0);
    case "reciprocal":
      return plain((z) => 1 / z, (_, y) => -y * y);
    case "sqrt":
      return plain(Math.sqrt, (_, y) => 0.5 / y);
    case "log":
      return { forward: log, backward: plain((z) => z, (z) => 1 / z).backward };
    case "softplus":
      return {
        forward: softplusForward,
        backward: (dZ, { dOut, out }) => softplusBackward(dZ, dOut, { y: out }),
      };
    case "elu":
      return {
        forward(out, z) {
          const [from, to] = [z.data, out.data];
          for (let i = 0; i < to.length; i++) to[i] = Math.min(from[i], 0);
          exp(out, out);
          for (let i = 0; i < to.length; i++) {
            const value = from[i];
            to[i] = value > 0 ? value : alpha * (value > -SMALL ? expm1Series(value) : to[i] - 1);
          }
        },
        backward: plain((z) => z, (z, y) => z > 0 ? 1 : y + alpha).backward,
      };
    case "pow":
      return power(workspace, exponent);
  }
}

/** A function that is arithmetic, with its slope from argument and value. */
function plain(f: (z: number) => number, slope: (z: number, y: number) => number): Pair {
  return {
    forward(out, z) {
      const [from, to] = [z.data, out.data];
      for (let i = 0; i < to.length; i++) to[i] = f(from[i]);
    },
    backward(dZ, { dOut, z, out }) {
      const [d, from, y, to] = [dOut.data, z.data, out.data, dZ.data];
      for (let i = 0; i < to.length; i++) to[i] = d[i] * slope(from[i], y[i]);
    },
  };
}

/** Above −this, eᶻ − 1 is taken from its series up to z⁶, because the difference would cancel. */
const SMALL = 0.125;

function expm1Series(z: number): number {
  return z * (1 + z / 2 * (1 + z / 3 * (1 + z / 4 * (1 + z / 5 * (1 + z / 6)))));
}

/** Greatest whole exponent that is taken by products. */
const MAX_WHOLE = 16;

/** zᵖ: by products for small whole p, else e^(p·log z), which takes z > 0. */
function power(workspace: Workspace, p: number): Pair {
  if (Number.isInteger(p) && Math.abs(p) <= MAX_WHOLE) {
    return plain((z) => wholePower(z, p), (z) => p === 0 ? 0 : p * wholePower(z, p - 1));
  }
  if (p === 0.5) return plain(Math.sqrt, (_, y) => 0.5 / y);
  return {
    forward(out, z) {
      const logs = workspace.matrix("logs", z.rows, z.cols);
      log(logs, z);
      const { data } = logs;
      for (let i = 0; i < data.length; i++) data[i] *= p;
      exp(out, logs);
    },
    backward: plain((z) => z, (z, y) => p * y / z).backward,
  };
}

function wholePower(z: number, p: number): number {
  let product = 1;
  for (let k = Math.abs(p); k > 0; k--) product *= z;
  return p < 0 ? 1 / product : product;
}
