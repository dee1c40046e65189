/** Convolutional maxout network: its options, graph and recipe. @module */

import { conv2d } from "../ops/conv2d.ts";
import { linear } from "../ops/linear.ts";
import { maxout } from "../ops/maxout.ts";
import { type Shape, sizeOf } from "../ops/op.ts";
import { pool as poolOp } from "../ops/pool.ts";
import { reshape } from "../ops/reshape.ts";
import { choice, integer, integers } from "../schema.ts";
import type { CnnOptions } from "./cnn.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { convolutionNode, IMAGES, imageShape, pooled } from "./image_nodes.ts";
import { linearNode } from "./nodes.ts";

/** Sizes of a convolutional maxout network. */
export interface ConvMaxoutOptions extends Omit<CnnOptions, "activation" | "batchNorm" | "slope"> {
  /** Channels that each convolution passes on, U; default [16, 32]. */
  channels?: readonly number[];
  /** Pieces of each channel and unit, P, of which the largest is passed on; default 2. */
  pieces?: number;
  /** Maxout units of each dense layer after the convolutions; default none. */
  units?: readonly number[];
}

/**
 * The family of convolutional maxout networks (Goodfellow et al. 2013), the third model of the paper's section 4: layers of
 * convolution, which keeps height and width, the largest of each channel's pieces and maxima of windows, then dense maxout
 * layers and a linear top: `convN.W` (P·U, channels, kernel, kernel), pieces major, `convN.b` (P·U); `layerN.W` (P, U, D),
 * `layerN.b` (P, U); `top.W` (C, U), `top.b` (C). Weights start with variance 2 / inputs of a unit, biases at 0.
 *
 * @example
 * ```ts
 * import { convMaxout } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const family = convMaxout({ inputs: 3072, classes: 10, channels: [96], pieces: 2, kernel: 8 });
 * assertEquals(family.shapes["conv0.W"], [192, 3, 8, 8]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, or the head is another
 * @throws {InputError} if the inputs are no images of that shape
 */
export const convMaxout: FamilyKind<ConvMaxoutOptions> = builtIn<ConvMaxoutOptions>()({
  name: "convMaxout",
  summary: "A convolutional maxout network, of channels that take the largest of their pieces",
  options: {
    ...SIZES,
    channels: integers("Channels that each convolution passes on", { default: [16, 32], min: 1 }),
    pieces: integer("Pieces of each channel and unit", { default: 2, min: 1 }),
    ...IMAGES,
    units: integers("Maxout units of each dense layer after the convolutions", { default: [], min: 1 }),
    head: choice("One distribution over the classes, or one probability each", ["softmax", "sigmoid"], {
      default: "softmax",
    }),
  },
  ops: { conv2d, linear, maxout, pool: poolOp, reshape },
  make(options) {
    const { classes, channels, pieces, kernel, pool, units, head } = options;
    const image = imageShape("convMaxout", options), attributes = { pieces };
    let from = "input", shape: Shape = image;
    const convolutions = channels.flatMap((count, i) => {
      const conv = convolutionNode(`conv${i}.`, from, { outputs: pieces * count, kernel });
      const largest = { id: from = `largest${i}`, op: "maxout", from: [conv.id], attributes } as const;
      const after = pooled(`pool${i}`, largest.id, { pool, of: [count, shape[1], shape[2]] });
      shape = after.shape;
      if (after.nodes.length > 0) from = after.nodes[0].id;
      return [conv, largest, ...after.nodes];
    });
    const flat = { id: "flat", op: "reshape", from: [from], attributes: { shape: [sizeOf(shape)] } } as const;
    from = flat.id;
    const dense = units.flatMap((count, i) => {
      const sums = linearNode(`layer${i}.`, from, [pieces, count]);
      return [sums, { id: from = `layer${i}`, op: "maxout", from: [sums.id], attributes } as const];
    });
    return {
      graph: {
        input: image,
        nodes: [...convolutions, flat, ...dense, linearNode("top.", from, [classes])],
        head,
      },
      recipe: { optimizer: { name: "adam", learningRate: 0.001 }, batchSize: 100 },
    };
  },
});
