/** Convolutional network: its options, graph and recipe. @module */

import type { GraphNode } from "../graph/graph.ts";
import { batchNorm as batchNormOp } from "../ops/batch_norm.ts";
import { conv2d } from "../ops/conv2d.ts";
import { leakyRelu } from "../ops/leaky_relu.ts";
import { linear } from "../ops/linear.ts";
import { type Shape, sizeOf } from "../ops/op.ts";
import { pool as poolOp } from "../ops/pool.ts";
import { relu } from "../ops/relu.ts";
import { reshape } from "../ops/reshape.ts";
import { sigmoid } from "../ops/sigmoid.ts";
import { tanh } from "../ops/tanh.ts";
import { boolean, choice, integers, number } from "../schema.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { convolutionNode, IMAGES, imageShape, pooled } from "./image_nodes.ts";
import { linearNode } from "./nodes.ts";

/** Sizes of a convolutional network. */
export interface CnnOptions {
  /** Number of inputs, D = channels · height · width. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Channels, height and width of the inputs, row-major; left out for squares of 1 or 3 channels. */
  image?: readonly number[];
  /** Channels of each convolution; default [16, 32]. */
  channels?: readonly number[];
  /** Height and width of each convolution's window; default 5. */
  kernel?: number;
  /**
   * Height, width and step of the windows whose maximum is passed on after each convolution, no larger than its images; 1 for
   * none; default 2.
   */
  pool?: number;
  /** Units of each dense layer after the convolutions; default none. */
  units?: readonly number[];
  /** What units make of their sums; default `"relu"`. */
  activation?: "relu" | "leakyRelu" | "tanh" | "sigmoid";
  /** Whether the sums of convolutions and dense layers are normalised before they are activated; default false. */
  batchNorm?: boolean;
  /** Slope of `"leakyRelu"` where a sum is not positive, in (0, 1); default 0.01. */
  slope?: number;
  /** `"softmax"` (default), or `"sigmoid"` for an independent probability of each class. */
  head?: "softmax" | "sigmoid";
}

/**
 * The family of convolutional networks: layers of convolution, which keeps height and width, activation and maxima of windows,
 * then dense layers and a linear top: `convN.W` (O, channels, kernel, kernel), `convN.b` (O); `layerN.W` (U, D),
 * `layerN.b` (U); `top.W` (C, U), `top.b` (C); with `batchNorm` also `convN.norm.` or `layerN.norm.` and scale, shift, mean,
 * variance, one each for each channel or unit. Weights start with variance 2 / inputs of a unit (He et al. 2015), biases
 * at 0.
 *
 * @example
 * ```ts
 * import { cnn } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const family = cnn({ inputs: 784, classes: 10 });
 * assertEquals(family.shapes["conv1.W"], [32, 16, 5, 5]);
 * assertEquals(family.shapes["top.W"], [10, 32 * 7 * 7]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, the slope not in (0, 1), or a word none of those
 * @throws {InputError} if the inputs are no images of that shape
 */
export const cnn: FamilyKind<CnnOptions> = builtIn<CnnOptions>()({
  name: "cnn",
  summary:
    "A convolutional network, of convolutions with activations and maxima of windows, then dense layers",
  options: {
    ...SIZES,
    channels: integers("Channels of each convolution", { default: [16, 32], min: 1 }),
    ...IMAGES,
    units: integers("Units of each dense layer after the convolutions", { default: [], min: 1 }),
    activation: choice("What units make of their sums", ["relu", "leakyRelu", "tanh", "sigmoid"], {
      default: "relu",
    }),
    batchNorm: boolean(
      "Whether sums of convolutions and dense layers are normalised, by batches in training",
      {
        default: false,
      },
    ),
    slope: number("Slope of leakyRelu where a sum is not positive", { default: 0.01, above: 0, below: 1 }),
    head: choice("One distribution over the classes, or one probability each", ["softmax", "sigmoid"], {
      default: "softmax",
    }),
  },
  ops: { batchNorm: batchNormOp, conv2d, leakyRelu, linear, pool: poolOp, relu, reshape, sigmoid, tanh },
  make(options) {
    const { classes, channels, kernel, pool, units, activation, slope, batchNorm, head } = options;
    const image = imageShape("cnn", options), attributes = activation === "leakyRelu" ? { slope } : {};
    let from = "input", shape: Shape = image;
    const convolutions = channels.flatMap((outputs, i) => {
      const conv = convolutionNode(`conv${i}.`, from, { outputs, kernel });
      const normal = batchNorm ? [normalNode(`conv${i}.`, conv.id)] : [];
      const active = {
        id: `active${i}`,
        op: activation,
        from: [(normal[0] ?? conv).id],
        attributes,
      } as const;
      from = active.id;
      const after = pooled(`pool${i}`, active.id, { pool, of: [outputs, shape[1], shape[2]] });
      shape = after.shape;
      if (after.nodes.length > 0) from = after.nodes[0].id;
      return [conv, ...normal, active, ...after.nodes];
    });
    const flat = { id: "flat", op: "reshape", from: [from], attributes: { shape: [sizeOf(shape)] } } as const;
    from = flat.id;
    const dense = units.flatMap((count, i) => {
      const sums = linearNode(`layer${i}.`, from, [count]);
      const normal = batchNorm ? [normalNode(`layer${i}.`, sums.id)] : [];
      const active = { id: `layer${i}`, op: activation, from: [(normal[0] ?? sums).id], attributes } as const;
      from = active.id;
      return [sums, ...normal, active];
    });
    const { batchNorm: _, ...others } = options;
    return {
      // files and checkpoints of before had no such option
      config: batchNorm ? options : others,
      graph: {
        input: image,
        nodes: [...convolutions, flat, ...dense, linearNode("top.", from, [classes])],
        head,
      },
      recipe: { optimizer: { name: "adam", learningRate: 0.001 }, batchSize: 100 },
    };
  },
});

/** The normalisation of what node `from` gives, whose tensors are called `name`, norm and their role. */
function normalNode(name: string, from: string): GraphNode {
  const roles = ["scale", "shift", "mean", "variance"];
  return {
    id: `${name}batchNorm`,
    op: "batchNorm",
    from: [from],
    tensors: Object.fromEntries(roles.map((role) => [role, `${name}norm.${role}`])),
  };
}
