/** The operation `batchNorm`: channels or features of mean 0 and variance 1, then scaled and shifted. @module */

import { channelBlend, channelMoments, channelProducts, channelScale } from "../kernels/normalization.ts";
import type { Matrix } from "../matrix.ts";
import { reshaped } from "../runtime/workspace.ts";
import { number } from "../schema.ts";
import { type Op, type OpContext, type OpInstance, parameter } from "./op.ts";

/** What batch normalisation is set to. */
export interface BatchNormAttributes {
  /** What is added to a variance; default 1e-5. */
  epsilon?: number;
  /** Part of the running statistics that those of a batch replace, in (0, 1]; default 0.1. */
  rate?: number;
}

/**
 * y = (x − mean) / √(variance + ε)·scale + shift for each channel of images (C, H, W), or each feature (Ioffe and Szegedy
 * 2015). In training mean and variance are those of the batch, and gradients go through them; the running ones follow, the
 * variance without bias, and serve ever after: y = a·x + b with the float32 numbers of `scaleAndShift`.
 */
export const batchNorm: Op<BatchNormAttributes> = {
  name: "batchNorm",
  summary: "(x − mean) / √(variance + ε)·scale + shift for each channel or feature",
  arity: [1, 1],
  attributes: {
    epsilon: number("What is added to a variance", { default: 1e-5, above: 0 }),
    rate: number("Part of the running statistics that those of a batch replace", {
      default: 0.1,
      above: 0,
      max: 1,
    }),
  },
  shape: ([shape]) =>
    shape.length === 1 || shape.length === 3
      ? {
        shape,
        tensors: Object.fromEntries(["scale", "shift", "mean", "variance"].map((role) => [role, [shape[0]]])),
      }
      : "it takes features or images (channels, height, width)",
  check({ variance }) {
    const value = Array.from(variance.data).find((each) => !(each >= 0));
    return value === undefined ? undefined : { role: "variance", value, wanted: "≥ 0" };
  },
  initial: {
    scale: (out) => out.data.fill(1),
    variance: (out) => out.data.fill(1),
  },
  instantiate: normalization,
};

/** Numbers of each channel. */
type Numbers = ArrayLike<number>;

/** What each channel is multiplied by, and what is added to it then. */
interface Factors {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** What each channel is multiplied by and what is added to it, in float32, by those statistics; into `out` if it is given. */
export function scaleAndShift(
  { scale, shift, mean, variance }: Readonly<Record<"scale" | "shift" | "mean" | "variance", Numbers>>,
  epsilon: number,
  out: Factors = { scale: new Float32Array(scale.length), shift: new Float32Array(scale.length) },
): Factors {
  for (let c = 0; c < scale.length; c++) {
    out.scale[c] = scale[c] / Math.sqrt(variance[c] + epsilon);
    out.shift[c] = shift[c] - mean[c] * out.scale[c];
  }
  return out;
}

function normalization(context: OpContext<BatchNormAttributes>): OpInstance {
  const { workspace, training, tensors, names, inputs: [[channels]], attributes } = context;
  const { epsilon = 1e-5, rate = 0.1 } = attributes;
  const [mean, variance] = [tensors.mean, tensors.variance].map((m) => reshaped(m, 1, channels));
  const gamma = parameter(context, "scale", { weights: false });
  const beta = parameter(context, "shift", { weights: false });
  const row = (name: string, memory = workspace) => memory.matrix(name, 1, channels);
  /** Whether the last pass was by statistics of its batch, and whether those of inference are to be found again. */
  let ofBatch = false, stale = true;

  /** Scale and shift by those statistics, into `out`. */
  function findScale(m: Matrix, v: Matrix, out: { scale: Matrix; shift: Matrix }) {
    const learned = { scale: gamma.value.data, shift: beta.value.data };
    const into = { scale: out.scale.data, shift: out.shift.data };
    scaleAndShift({ ...learned, mean: m.data, variance: v.data }, epsilon, into);
  }

  /** Scale and shift of the running statistics. */
  function running() {
    const out = { scale: row("scale"), shift: row("shift") };
    if (stale) findScale(mean, variance, out);
    stale = false;
    return out;
  }

  /** Scale and shift of the statistics of `x`, which the running ones follow. */
  function fromBatch(x: Matrix) {
    const [m, v] = [row("mean", training), row("variance", training)];
    const out = { scale: row("batch scale", training), shift: row("batch shift", training) };
    channelMoments(m, v, x);
    findScale(m, v, out);
    const n = x.rows * x.cols / channels, unbiased = n > 1 ? n / (n - 1) : 1;
    for (let c = 0; c < channels; c++) {
      mean.data[c] += rate * (m.data[c] - mean.data[c]);
      variance.data[c] += rate * (unbiased * v.data[c] - variance.data[c]);
    }
    stale = true;
    return out;
  }

  return {
    parameters: [gamma, beta],
    running: [{ name: names.mean, value: mean }, { name: names.variance, value: variance }],
    refresh: () => void (stale = true),
    forward([x], inTraining = false) {
      ofBatch = inTraining;
      const out = workspace.matrix("out", x.rows, x.cols);
      channelScale(out, x, ofBatch ? fromBatch(x) : running());
      return out;
    },
    backward(dY, [x], wanted) {
      const memory = ofBatch ? training : workspace;
      const [sums, products] = [row("sums", memory), row("products", memory)];
      const [m, v] = ofBatch ? [row("mean", training), row("variance", training)] : [mean, variance];
      if (ofBatch || wanted.parameters !== "none") channelProducts({ sums, products }, dY, { x, mean: m });
      if (wanted.parameters !== "none") {
        const add = wanted.parameters === "add" ? 1 : 0;
        const [dGamma, dBeta] = [gamma.gradient, beta.gradient];
        for (let c = 0; c < channels; c++) {
          const along = products.data[c] / Math.sqrt(v.data[c] + epsilon);
          dGamma.data[c] = add * dGamma.data[c] + along;
          dBeta.data[c] = add * dBeta.data[c] + sums.data[c];
        }
      }
      if (!wanted.inputs) return [undefined];
      const dX = workspace.matrix("dX", x.rows, x.cols);
      if (!ofBatch) {
        const none = row("none");
        none.data.fill(0);
        channelScale(dX, dY, { scale: running().scale, shift: none });
        return [dX];
      }
      // γ/σ·(dY − mean dY − x̂·mean(dY·x̂))
      const [scale, slope, shift] = ["batch scale", "slope", "offset"].map((name) => row(name, training));
      const n = x.rows * x.cols / channels;
      for (let c = 0; c < channels; c++) {
        const along = -scale.data[c] * products.data[c] / (n * (v.data[c] + epsilon));
        slope.data[c] = along;
        shift.data[c] = -scale.data[c] * sums.data[c] / n - along * m.data[c];
      }
      channelBlend(dX, dY, { x, scale, slope, shift });
      return [dX];
    },
  };
}
