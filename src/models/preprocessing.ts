/** What is done to inputs before a model sees them, as part of the model. @module */

import { InputError } from "../errors.ts";
import type { GraphNode } from "../graph/graph.ts";
import { type Shape, shapeText, sizeOf } from "../ops/op.ts";
import { choice, number, numbers, type Schema } from "../schema.ts";
import { checkFunction, checkObject, resolve } from "../checks.ts";
import { graphFamily, type Model, model as modelOf } from "./model.ts";

/** What is done to inputs: (x·scale − mean) / std, with images in another layout. */
export interface Preprocessing {
  /** Factor on all inputs, such as 1/255; default 1. */
  scale?: number;
  /** What is taken away then, one number, one for each channel or one for each input; default 0. */
  mean?: readonly number[];
  /** What is divided by then, likewise, each > 0; default 1. */
  std?: readonly number[];
  /** How images lie in the data: channels before their sizes, or after them; default as the model takes them. */
  layout?: "nchw" | "nhwc";
}

/** The same as a schema. */
export const PREPROCESSING = {
  scale: number("Factor on all inputs", { above: 0 }),
  mean: numbers("What is taken away then, for all, each channel or each input", {}),
  std: numbers("What is divided by then, for all, each channel or each input", { above: 0 }),
  layout: choice("How images lie in the data", ["nchw", "nhwc"]),
} as const satisfies Schema<Preprocessing>;

const ACTION = "put preprocessing before the model";

/**
 * `model` with preprocessing before it, as part of its graph: its inputs are in the units and the layout of the data, and so
 * are bounds, sizes of perturbations and gradients. Certificates go through it. `model` stays as it is, and works on.
 *
 * @example
 * ```ts
 * import { matrix, model, preprocessed, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using own = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * using onBytes = preprocessed(own, { scale: 1 / 256, mean: [0.5], std: [0.25] });
 * assertEquals([...onBytes.scores(matrix(1, 1, [192])).data], [-1, 1]);
 * ```
 *
 * @throws {InputError} code `option` or `value` if an option is not as described, and `shape` if numbers fit neither
 *   channels nor inputs, or a layout is given for what is no image
 */
export function preprocessed(model: Model, options: Preprocessing): Model {
  checkObject(ACTION, options);
  const resolved = resolve<Preprocessing, typeof PREPROCESSING>(ACTION, PREPROCESSING, options);
  checkObject(ACTION, model, "the model");
  checkObject(ACTION, model.record, "its record");
  checkFunction(ACTION, model.tensors, "its tensors");
  // which refuses what is no graph
  const { graph } = graphFamily(model.graph), { record } = model, inputs = [graph.input].flat();
  const native = record.layout === "nhwc" ? "nhwc" : "nchw", { layout = native } = resolved;
  const shape = layout === native ? inputs : turned(inputs, layout);
  const nodes: GraphNode[] = [], tensors: Record<string, { shape: Shape; data: Float32Array }> = {};
  const name = freeName(
    new Set(graph.nodes.flatMap(({ id, tensors = {} }) => [id, ...Object.values(tensors)])),
  );
  let last = "input";
  if (resolved.scale !== undefined || resolved.mean || resolved.std) {
    const { size, scale, shift } = numbersOf(resolved, shape, layout);
    tensors[`${name}.scale`] = { shape: size, data: scale };
    tensors[`${name}.shift`] = { shape: size, data: shift };
    nodes.push({
      id: name,
      op: "affine",
      from: [last],
      tensors: { scale: `${name}.scale`, shift: `${name}.shift` },
      attributes: { size },
    });
    last = name;
  }
  if (layout !== native) {
    const order = native === "nhwc" ? [1, 2, 0] : [2, 0, 1];
    nodes.push({ id: `${name}Layout`, op: "transpose", from: [last], attributes: { order } });
    last = `${name}Layout`;
  }
  const rest = graph.nodes.map((node) => ({
    ...node,
    from: node.from.map((from) => from === "input" ? last : from),
  }));
  const input = shape.length === 1 ? shape[0] : shape;
  try {
    return modelOf({ ...graph, input, nodes: [...nodes, ...rest] }, {
      tensors: { ...model.tensors(), ...tensors },
      record: { ...record, layout, preprocessing: preprocessingText(resolved) },
    });
  } catch (error) {
    throw error instanceof InputError ? error.about(ACTION) : error;
  }
}

/** What is done, in words. */
export function preprocessingText({ scale, mean, std, layout }: Preprocessing): string {
  const list = (of: readonly number[]) => of.length > 4 ? `${of.slice(0, 4).join(", ")}, …` : of.join(", ");
  const scaled = scale === undefined ? "x" : `x·${scale}`;
  const centered = mean ? `${scaled} − (${list(mean)})` : scaled;
  return [
    ...(scale === undefined && !mean && !std ? [] : [std ? `(${centered}) / (${list(std)})` : centered]),
    ...(layout ? [`images ${layout}`] : []),
  ].join("; ");
}

/** The shape of an image in the other layout. */
function turned(shape: Shape, layout: "nchw" | "nhwc"): number[] {
  if (shape.length !== 3) {
    throw new InputError(
      "shape",
      `${ACTION} with layout ${layout}`,
      `its inputs of shape ${shapeText(shape)} are no images`,
    );
  }
  const [a, b, c] = shape;
  return layout === "nhwc" ? [b, c, a] : [c, a, b];
}

/** x·scale + shift with as many numbers as are needed. */
function numbersOf(
  { scale = 1, mean = [0], std = [1] }: Preprocessing,
  shape: Shape,
  layout: "nchw" | "nhwc",
) {
  const channel = shape.length > 1 ? (layout === "nhwc" ? shape.length - 1 : 0) : -1;
  const sizes = [mean, std].map((list, k) => {
    if (list.length === 1) return shape.map(() => 1);
    if (channel >= 0 && list.length === shape[channel]) return shape.map((n, i) => i === channel ? n : 1);
    if (list.length === sizeOf(shape)) return shape;
    const what = `${list.length} numbers for inputs of shape ${shapeText(shape)}`;
    throw new InputError("shape", ACTION, `${k === 0 ? "mean" : "std"} has ${what}`);
  });
  const size = sizes[0].map((n, i) => Math.max(n, sizes[1][i])), count = sizeOf(size);
  const at = (list: readonly number[], own: Shape, i: number) => {
    if (list.length === 1) return list[0];
    // one for each input, or one for each channel where all inputs have one
    if (sizeOf(own) === count) return list[i];
    return list[layout === "nhwc" ? i % list.length : Math.floor(i / (count / list.length))];
  };
  const factors = Float32Array.from({ length: count }, (_, i) => scale / at(std, sizes[1], i));
  const shifts = Float32Array.from(
    { length: count },
    (_, i) => -at(mean, sizes[0], i) / at(std, sizes[1], i),
  );
  if (![...factors, ...shifts].every(Number.isFinite)) {
    throw new InputError("value", ACTION, "scale, mean and std give numbers beyond float32");
  }
  return { size, scale: factors, shift: shifts };
}

function freeName(taken: ReadonlySet<string>): string {
  for (let k = 0;; k++) {
    const name = `preprocessing${k === 0 ? "" : k}`;
    if (![name, `${name}Layout`, `${name}.scale`, `${name}.shift`].some((each) => taken.has(each))) {
      return name;
    }
  }
}
