/** What an operation of a graph is, and what it is made of. @module */

import type { Gathered } from "../kernels/optimizer.ts";
import type { Matrix } from "../matrix.ts";
import type { Rng } from "../rng.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Schema } from "../schema.ts";

/** What training adjusts. */
export interface Parameter {
  /** Name, unique in its graph. */
  readonly name: string;
  /** As rows; a row of weights is what one unit, piece or class receives. */
  readonly value: Matrix;
  /** The gradient that the last backward pass left. */
  readonly gradient: Matrix;
  /** What that pass left to be gathered into it, if it was the last before an update. */
  rest?: Gathered;
  /** Whether weight decay and the norm constraint concern it; they leave biases alone. */
  readonly weights: boolean;
}

/** What a backward pass is to find. */
export interface WantedGradients {
  /** The gradients in the inputs. */
  inputs: boolean;
  /** The gradients in the parameters: not, in place of the last ones, or added to them. */
  parameters: "none" | "replace" | "add";
  /** Whether an update follows at once, so that a gradient may be left in parts; default false. */
  last?: boolean;
}

/**
 * An objective that is not the head's loss: leaves `scale` times the gradient of its sum over the examples `x` (B, D)
 * with `labels` (B) in the parameters, and returns that sum, in nats. `key` seeds what is random.
 */
export type Objective = (
  x: Matrix,
  labels: Int32Array,
  how: { scale: number; parameters: "replace" | "add"; key: number },
) => number;

/** An operation at work in one model, over resident matrices; what it returns is valid until its next call. */
export interface OpInstance {
  /** What training adjusts in it; none is fine. */
  readonly parameters: readonly Parameter[];
  /** Statistics of batches that it keeps: a pass of training changes them, no update does. It is no layer of its own then. */
  readonly running?: readonly { readonly name: string; readonly value: Matrix }[];
  /** The outputs, (B, width), of the inputs, (B, widths); `inTraining` in a pass that training learns from. */
  forward(inputs: readonly Matrix[], inTraining?: boolean): Matrix;
  /**
   * The gradients in the inputs of the last forward pass, if they are wanted, from that in its outputs, which stays as
   * it is.
   */
  backward(dOut: Matrix, inputs: readonly Matrix[], wanted: WantedGradients): readonly (Matrix | undefined)[];
  /** Called when parameters have changed from outside. */
  refresh?(): void;
  /** Called when training has ended, before the memory that only training needs is given back. */
  endTraining?(): void;
  /** What a model of this operation alone trains on; default the head's loss. */
  readonly objective?: Objective;
}

/** What an operation is instantiated with. */
export interface OpContext<A = unknown> {
  /** Memory of its own. */
  readonly workspace: Workspace;
  /** Memory of its own for what only training needs, such as gradients. */
  readonly training: Workspace;
  /** Its tensors by role, in `workspace`: as many columns as the last dimension of their shapes. */
  readonly tensors: Readonly<Record<string, Matrix>>;
  /** The names of these in the graph. */
  readonly names: Readonly<Record<string, string>>;
  /** Its attributes, with defaults. */
  readonly attributes: A;
  /** Shapes of its inputs. */
  readonly inputs: readonly Shape[];
}

/** Sizes of what one example is at a place of a graph: `[width]`, or `[channels, height, width]` of images, row-major. */
export type Shape = readonly number[];

/** How many numbers a shape has. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A shape as text, `(1, 28, 28)`. */
export function shapeText(shape: Shape): string {
  return `(${shape.join(", ")})`;
}

/** What follows from an operation's inputs and attributes. */
export interface OpShape {
  /** Shape of the outputs of an example. */
  readonly shape: Shape;
  /** Shape of each tensor by role, in the order that files have; default none. */
  readonly tensors?: Readonly<Record<string, readonly number[]>>;
}

/** A value of a tensor that cannot be, and in words that follow "must be", what can. */
export interface TensorProblem {
  readonly role: string;
  readonly value: number;
  readonly wanted: string;
}

/** Least and greatest values, both (B, width). */
export interface Interval {
  readonly lower: Matrix;
  readonly upper: Matrix;
}

/** Lines below and above an elementwise operation: slopes and intercepts, all (B, width). */
export interface Lines {
  readonly lower: { readonly slope: Matrix; readonly intercept: Matrix };
  readonly upper: { readonly slope: Matrix; readonly intercept: Matrix };
}

/** What certificates ask of an operation. */
export interface OpBounds<A = unknown> {
  /** An interval that holds the outputs for all inputs within theirs. */
  interval?(inputs: readonly Interval[], at: Pick<OpContext<A>, "tensors" | "attributes">): Interval;
  /** Lines that hold the outputs of an elementwise operation for all inputs within theirs. */
  lines?(input: Interval, at: Pick<OpContext<A>, "attributes">): Lines;
}

/** An operation that graphs may have. */
export interface Op<A = unknown> {
  /** Key in the registry. */
  readonly name: string;
  /** One line on what it computes. */
  readonly summary: string;
  /** How many inputs it takes, at least and at most. */
  readonly arity: readonly [min: number, max: number];
  /** Its attributes. */
  readonly attributes: Schema<A>;
  /** How many dimensions its inputs have; default any number. */
  readonly rank?: number;
  /** What follows from the shapes of its inputs; a text that says what does not fit, if something does not. */
  shape(inputs: readonly Shape[], attributes: A): OpShape | string;
  /** The operation at work. */
  instantiate(context: OpContext<A>): OpInstance;
  /** A value in its tensors that cannot be, and what it must be; nothing if all can. */
  check?(tensors: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): TensorProblem | undefined;
  /** Fills its zero tensors of a shape, as rows of the last dimension, by role, to begin training from; default zeros. */
  readonly initial?: Readonly<Record<string, (out: Matrix, random: Rng, shape: Shape) => void>>;
  /**
   * The operation at work together with the one before it, by that one's name, where nothing else reads what is between
   * them: the same outputs and gradients, sooner.
   */
  readonly fused?: Readonly<
    // deno-lint-ignore no-explicit-any
    Record<string, (before: OpContext<any>, own: OpContext<A>) => OpInstance>
  >;
  /** Whether it is a model by itself, the only node of its graph. */
  readonly alone?: boolean;
  /** Bounds of its outputs, for certificates. */
  readonly bounds?: OpBounds<A>;
}

/** The tensor of `role` as a parameter; its gradient lies in training memory, made when it is first asked for. */
export function parameter(
  { tensors, names, training }: Pick<OpContext, "tensors" | "names" | "training">,
  role: string,
  { weights, value = tensors[role] }: { weights: boolean; value?: Matrix },
): Parameter {
  const key = `d ${role}`;
  return {
    name: names[role],
    value,
    get gradient() {
      return training.matrix(key, value.rows, value.cols);
    },
    weights,
  };
}

/** An operation of one input and no parameters, at work. */
export function elementwise(
  functions: { forward(x: Matrix): Matrix; backward(dOut: Matrix, x: Matrix): Matrix },
): OpInstance {
  return {
    parameters: [],
    forward: ([x]) => functions.forward(x),
    backward: (dOut, [x], { inputs }) => [inputs ? functions.backward(dOut, x) : undefined],
  };
}
