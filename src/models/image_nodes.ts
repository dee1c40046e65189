/** Images as inputs of a family: their shape, and the nodes that convolutional families share. @module */

import { InputError } from "../errors.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { Shape } from "../ops/op.ts";
import { integer, integers } from "../schema.ts";

/** What convolutional families take beside their own options. */
export const IMAGES = {
  image: integers("Channels, height, width of the inputs; left out for squares of 1 or 3 channels", {
    min: 1,
    count: 3,
  }),
  kernel: integer("Height and width of each convolution's window", { default: 5, min: 1 }),
  pool: integer("Height, width and step of the windows whose maximum is passed on; 1 for none", {
    default: 2,
    min: 1,
  }),
} as const;

/** The shape of `inputs` numbers as images. @throws {InputError} if they are none */
export function imageShape(
  family: string,
  { inputs, image }: { inputs: number; image?: readonly number[] },
): readonly [number, number, number] {
  const action = `make a model of family ${family}`;
  if (image) {
    const [channels, height, width] = image;
    if (channels * height * width === inputs) return [channels, height, width];
    throw new InputError("option", action, `image (${image.join(", ")}) has not ${inputs} numbers`);
  }
  for (const channels of [1, 3]) {
    const side = Math.sqrt(inputs / channels);
    if (Number.isInteger(side)) return [channels, side, side];
  }
  throw new InputError(
    "option",
    action,
    `${inputs} inputs are no square: name channels, height, width as image`,
  );
}

/** A convolution as large as its inputs, whose tensors are called `name` and W or b. */
export function convolutionNode(
  name: string,
  from: string,
  { outputs, kernel }: { outputs: number; kernel: number },
): GraphNode {
  const before = Math.floor((kernel - 1) / 2), after = kernel - 1 - before;
  return {
    id: `${name}conv2d`,
    op: "conv2d",
    from: [from],
    tensors: { W: `${name}W`, b: `${name}b` },
    attributes: { outputs, kernel: [kernel, kernel], padding: [before, before, after, after] },
  };
}

/** The maxima of windows side by side, of so many rows and columns or all there are, called `id`; and the shape after it. */
export function pooled(
  id: string,
  from: string,
  { pool, of: [channels, height, width] }: { pool: number; of: Shape },
): { nodes: GraphNode[]; shape: Shape } {
  const kernel = [Math.min(pool, height), Math.min(pool, width)];
  if (kernel[0] * kernel[1] === 1) return { nodes: [], shape: [channels, height, width] };
  const shape = [channels, Math.floor(height / kernel[0]), Math.floor(width / kernel[1])];
  return {
    nodes: [{ id, op: "pool", from: [from], attributes: { function: "max", kernel, stride: kernel } }],
    shape,
  };
}
