/** Models of other formats, written as the nodes of an ONNX file. @module */

import { InputError } from "../../errors.ts";
import type { Shape } from "../../ops/op.ts";
import { shown } from "../../wording.ts";
import { type Constant, transposed } from "./constant.ts";
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from "./onnx_file.ts";

/** What a name of the file stands for. */
export interface Written {
  readonly name: string;
  /** How many dimensions it has, the batch's among them. */
  readonly rank: number;
  /**
   * Whether channels come first in what is written, where they come last in the format: images (batch, channels, height,
   * width) that stand for (batch, height, width, channels).
   */
  readonly first?: boolean;
  /** Its numbers, if they are known. */
  readonly constant?: Constant;
  /** How many numbers it has, if it is a shape. */
  readonly length?: number;
}

/** An attribute: a whole number, a number, a text or a list of whole numbers. */
type Attribute = number | { readonly float: number } | string | readonly number[];

/** The version of the operators that are written. */
const OPSET = 17;

/** More nodes than a model of this library's size has. */
const MAX_NODES = 4096;

/** Nodes and tensors so far. */
export class Writer {
  readonly #nodes: NodeProto[] = [];
  readonly #tensors: TensorProto[] = [];
  /** What is being written, for messages. */
  layer = "";
  kind = "";

  constructor(readonly action: string) {}

  /** Ends the reading, naming the layer. */
  refuse(reason: string): never {
    const where = this.layer === "" ? "" : `node ${shown(this.layer)} (${this.kind.slice(0, 40)}): `;
    throw new InputError("format", this.action, where + reason);
  }

  /** What operator `op` makes of `inputs`, as many dimensions as the first of them. */
  node(
    op: string,
    inputs: readonly Written[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { rank = inputs[0].rank, first = inputs[0].first }: { rank?: number; first?: boolean } = {},
  ): Written {
    if (this.#nodes.length >= MAX_NODES) this.refuse(`the model has more than ${MAX_NODES} nodes`);
    const name = `${this.layer || op}:${this.#nodes.length}`;
    this.#nodes.push({
      name: this.layer,
      op,
      kind: this.kind || op,
      inputs: inputs.map((input) => input.name),
      outputs: [name],
      attributes: Object.entries(attributes).map(attribute),
    });
    return { name, rank, first };
  }

  /** A tensor of numbers that are known. */
  constant(constant: Constant): Written {
    const { shape, data, whole } = constant, name = `tensor:${this.#tensors.length}`;
    const none = { floats: [], doubles: [], int32s: [], int64s: [], uint64s: [], strings: [], external: [] };
    this.#tensors.push({
      ...none,
      name,
      dims: shape,
      ...(whole ? { dataType: 7, int64s: data } : { dataType: 11, doubles: data }),
    });
    return { name, rank: shape.length, constant };
  }

  /** A tensor of this shape. */
  tensor(shape: Shape, data: ArrayLike<number>): Written {
    return this.constant({ shape, data: Float64Array.from(data), whole: false });
  }

  /** One number. */
  number(value: number): Written {
    return this.tensor([], [value]);
  }

  /** A list of whole numbers. */
  list(values: readonly number[]): Written {
    return this.constant({ shape: [values.length], data: Float64Array.from(values), whole: true });
  }

  /** `x` as the format has it: channels last. */
  last(x: Written): Written {
    if (!x.first) return x;
    const order = [0, ...Array.from({ length: x.rank - 2 }, (_, k) => k + 2), 1];
    return this.node("Transpose", [x], { perm: order }, { first: false });
  }

  /** `x` with its channels after the batch. */
  first(x: Written): Written {
    if (x.first || x.rank < 3) return x;
    const order = [0, x.rank - 1, ...Array.from({ length: x.rank - 2 }, (_, k) => k + 1)];
    return this.node("Transpose", [x], { perm: order }, { first: true });
  }

  /** `x` as another shape, of which −1 is what is left; the batch's dimension is not among them. */
  reshaped(x: Written, shape: readonly number[]): Written {
    return this.node("Reshape", [this.last(x), this.list([0, ...shape])], {}, { rank: shape.length + 1 });
  }

  /** x·W + b over the last dimension, W (inputs, outputs). */
  dense(x: Written, W: Constant, b: Constant | undefined): Written {
    const product = this.node("MatMul", [this.last(x), this.constant(W)]);
    return b ? this.node("Add", [product, this.constant(b)]) : product;
  }

  /** `x` plus one number a channel. */
  biased(x: Written, b: Constant): Written {
    const shape = x.first ? [b.data.length, ...Array<number>(x.rank - 2).fill(1)] : [b.data.length];
    return this.node("Add", [x, this.constant({ ...b, shape })]);
  }

  /** Batch normalisation of the channels of `x`, each a list of as many numbers. */
  normalized(
    x: Written,
    { gamma, beta, mean, variance, epsilon }: {
      gamma: Constant | undefined;
      beta: Constant | undefined;
      mean: Constant;
      variance: Constant;
      epsilon: number;
    },
  ): Written {
    const filled = (value: number): Constant => ({ ...mean, data: mean.data.map(() => value) });
    const tensors = [gamma ?? filled(1), beta ?? filled(0), mean, variance];
    return this.node(
      "BatchNormalization",
      [this.first(x), ...tensors.map((each) => this.constant({ ...each, shape: [each.data.length] }))],
      { epsilon: { float: epsilon } },
    );
  }

  /**
   * A convolution of images, W (…kernel, inputs / groups, outputs) as the format has it; of one dimension if W has three.
   */
  convolved(
    x: Written,
    W: Constant,
    { stride, dilation, same, groups = 1, pads }: {
      stride: readonly number[];
      dilation: readonly number[];
      /** Whether the images are padded so that only the stride makes them smaller. */
      same: boolean;
      groups?: number;
      pads?: readonly number[];
    },
  ): Written {
    const rank = W.shape.length - 2;
    const kernel = transposed(W, [rank + 1, rank, ...Array.from({ length: rank }, (_, k) => k)]);
    return this.node("Conv", [this.first(x), this.constant(kernel)], {
      strides: stride,
      dilations: dilation,
      ...(pads ? { pads } : { auto_pad: same ? "SAME_UPPER" : "VALID" }),
      group: groups,
    });
  }

  /** A convolution of each channel by itself, W (…kernel, channels, multiplier). */
  channelwise(
    x: Written,
    W: Constant,
    how: { stride: readonly number[]; dilation: readonly number[]; same: boolean; pads?: readonly number[] },
  ): Written {
    const [channels, multiplier] = W.shape.slice(-2);
    const shape = [...W.shape.slice(0, -2), 1, channels * multiplier];
    return this.convolved(x, { ...W, shape }, { ...how, groups: channels });
  }

  /** The maximum or mean of windows of images. */
  pooled(
    x: Written,
    name: "max" | "average",
    { kernel, stride, same }: { kernel: readonly number[]; stride: readonly number[]; same: boolean },
  ): Written {
    return this.node(name === "max" ? "MaxPool" : "AveragePool", [this.first(x)], {
      kernel_shape: kernel,
      strides: stride,
      auto_pad: same ? "SAME_UPPER" : "VALID",
    });
  }

  /** The file that ends in `output`, for examples of `shape`, of which −1 is not said. */
  file(input: { name: string; shape: Shape }, output: Written & { called: string }): ModelProto {
    const scores = this.last(output).name;
    const end = {
      name: output.called,
      op: "Identity",
      inputs: [scores],
      outputs: [output.called],
      attributes: [],
    };
    const dims = [{}, ...input.shape.map((value) => ({ value }))];
    return {
      graph: {
        nodes: [...this.#nodes, end],
        initializers: this.#tensors,
        sparse: [],
        inputs: [{ name: input.name, type: { tensor: { elementType: 1, shape: { dims } } } }],
        outputs: [{ name: output.called, type: { tensor: { elementType: 1 } } }],
      },
      metadata: [],
      opsets: [{ domain: "", version: OPSET }],
    };
  }
}

function attribute([name, value]: readonly [string, Attribute]): AttributeProto {
  const none = { name, floats: [], ints: [], strings: [] };
  if (typeof value === "number") return { ...none, type: 2, i: value };
  if (typeof value === "string") return { ...none, type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { ...none, type: 1, f: value.float };
  return { ...none, type: 7, ints: value };
}
