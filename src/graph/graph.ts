/** Models as data: what is computed from what, and by which tensors. @module */

import { InputError } from "../errors.ts";
import { type Head, type HeadName, heads } from "../heads.ts";
import type * as all from "../ops/mod.ts";
import { type Op, type Shape, shapeText, sizeOf } from "../ops/op.ts";
import { resolve } from "../checks.ts";
import { oneOf, quoted, shown, suggestion } from "../wording.ts";

/** The name of an operation. */
export type OpName = keyof typeof all;

/** Operations by name: all of them, or those that a family is made of. */
// deno-lint-ignore no-explicit-any
export type Operations = Readonly<Partial<Record<OpName, Op<any>>>>;

/** One operation of a graph. */
export interface GraphNode {
  /** Name of its outputs, unique in the graph; `"input"` is taken by the graph's inputs. */
  readonly id: string;
  /** What it computes. */
  readonly op: OpName;
  /** What it reads: `"input"`, or the ids of nodes before it. */
  readonly from: readonly string[];
  /** Names of its tensors by role, such as `{ W: "top.W", b: "top.b" }`; default none. */
  readonly tensors?: Readonly<Record<string, string>>;
  /** What it is set to, such as `{ outputs: [10] }`; default its operation's defaults. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/**
 * A model without its weights, as JSON would hold it: the nodes in order of evaluation, of which the last one gives the
 * scores.
 */
export interface Graph {
  /** Number of inputs, D, or their shape, such as `[channels, height, width]` of an image, D = channels·height·width. */
  readonly input: number | Shape;
  /** Operations, each after those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** What the scores mean. */
  readonly head: HeadName;
}

/** A node that fits its graph, with all that follows from it. */
export interface CheckedNode {
  readonly id: string;
  // deno-lint-ignore no-explicit-any
  readonly op: Op<any>;
  // deno-lint-ignore no-explicit-any
  readonly attributes: any;
  /** What it reads: 0 for the inputs, n + 1 for node n. */
  readonly sources: readonly number[];
  /** Shapes of what it reads, and of its outputs. */
  readonly inputs: readonly Shape[];
  readonly shape: Shape;
  /** Its tensors by role. */
  readonly tensors: readonly {
    readonly role: string;
    readonly name: string;
    readonly shape: readonly number[];
  }[];
}

/** A graph that can be run. */
export interface CheckedGraph {
  readonly graph: Graph;
  readonly inputs: number;
  readonly classes: number;
  readonly head: Head;
  readonly nodes: readonly CheckedNode[];
  /** Shape of each tensor by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** More nodes, or numbers in a layer or tensor, no model of this library's size has. */
const MAX_NODES = 4096, MAX_WIDTH = 2 ** 24, MAX_TENSOR = 2 ** 29;

const ACTION = "use the graph";

/**
 * The graph with all that follows from it, its operations from `ops`.
 *
 * @throws {InputError} code `shape` if it is no graph: an operation is unknown, reads what is not before it, is of
 *   other shapes than it can take or lacks a tensor, a name comes twice, or the scores do not fit the head; codes
 *   `option` and `value` for attributes
 */
export function checkGraph(graph: Graph, ops: Operations): CheckedGraph {
  checkRecord("the graph", graph, ["input", "nodes", "head"]);
  const { input, nodes: given, head: headName } = graph;
  const inputShape: Shape = Array.isArray(input) ? input : [input];
  const sized = inputShape.length > 0 && inputShape.every((n) => Number.isSafeInteger(n) && n >= 1);
  const inputs = sized ? sizeOf(inputShape) : 0;
  if (!sized || inputs > MAX_WIDTH) {
    refuse(`input must be a whole number in 1 … ${MAX_WIDTH}, not ${shown(input)}`);
  }
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_NODES) {
    refuse(`nodes must be a list of 1 … ${MAX_NODES} nodes`);
  }
  if (typeof headName !== "string" || !Object.hasOwn(heads, headName)) {
    refuse(`there is no head ${shown(headName)}; the heads are ${oneOf(Object.keys(heads))}`);
  }
  const nodes: CheckedNode[] = [];
  const places = new Map([["input", 0]]);
  const shapes = new Map<string, readonly number[]>();
  const read = new Set<number>();
  for (const node of given) {
    const checked = checkNode(node, { input: inputShape, nodes, places }, ops);
    for (const source of checked.sources) read.add(source);
    for (const { name, shape } of checked.tensors) {
      if (shapes.has(name)) refuse(`tensor ${quoted(name)} is named twice`);
      shapes.set(name, shape);
    }
    nodes.push(checked);
    places.set(checked.id, nodes.length);
  }
  nodes.slice(0, -1).forEach(({ id }, i) => {
    if (!read.has(i + 1)) refuse(`nothing reads node ${quoted(id)}, which is not the last`);
  });
  const composite = nodes.find(({ op }) => op.alone);
  if (composite && nodes.length > 1) {
    refuse(`${composite.op.name} is a model by itself, not one node of several`);
  }
  const head = heads[headName], { shape } = nodes.at(-1)!, width = sizeOf(shape);
  if (shape.length > 1) {
    refuse(`its last node gives scores of shape ${shapeText(shape)}, and must give a row`);
  }
  const classes = head.width(2) === 1 ? 2 : width;
  if (head.width(classes) !== width || classes < 2) {
    refuse(
      `its last node gives ${width} scores, head ${headName} takes ${head.width(2) === 1 ? 1 : "2 or more"}`,
    );
  }
  return { graph, inputs, classes, head, nodes, shapes: Object.fromEntries(shapes) };
}

function checkNode(
  node: GraphNode,
  before: { input: Shape; nodes: readonly CheckedNode[]; places: ReadonlyMap<string, number> },
  ops: Operations,
): CheckedNode {
  checkRecord("a node", node, ["id", "op", "from", "tensors", "attributes"]);
  const { id, op: opName, from, tensors: names = {}, attributes = {} } = node;
  if (typeof id !== "string" || id === "") refuse(`the id of a node must be a text, not ${shown(id)}`);
  const nodeName = `node ${quoted(id)}`;
  if (before.places.has(id)) refuse(`${nodeName} comes twice`);
  if (typeof opName !== "string" || !Object.hasOwn(ops, opName)) {
    const known = Object.keys(ops);
    const near = suggestion(typeof opName === "string" ? opName : "", known) ||
      `; the operations are ${known.join(", ")}`;
    refuse(`${nodeName} is of operation ${shown(opName)}, which there is not${near}`);
  }
  // deno-lint-ignore no-explicit-any
  const op: Op<any> = ops[opName]!;
  const [min, max] = op.arity;
  if (!Array.isArray(from) || from.length < min || from.length > max) {
    refuse(`${nodeName} must read ${min === max ? min : `${min} … ${max}`} of those before it`);
  }
  const sources = from.map((source) => {
    const place = before.places.get(source);
    return place ?? refuse(`${nodeName} reads ${shown(source)}, which is not before it`);
  });
  const resolvedAttributes = resolve(`${ACTION}, ${nodeName}`, op.attributes, attributes);
  const inputs = sources.map((source) => source === 0 ? before.input : before.nodes[source - 1].shape);
  const misfit = inputs.find(({ length }) => length !== (op.rank ?? length));
  const found = misfit
    ? `it reads what has ${op.rank} dimensions, not shape ${shapeText(misfit)}`
    : op.shape(inputs, resolvedAttributes);
  if (typeof found === "string") return refuse(`${nodeName} of operation ${opName}: ${found}`);
  const { shape, tensors: shapes = {} } = found;
  if (!(sizeOf(shape) <= MAX_WIDTH)) refuse(`${nodeName} has more than ${MAX_WIDTH} outputs`);
  checkRecord(`the tensors of ${nodeName}`, names, Object.keys(shapes));
  const tensors = Object.entries(shapes).map(([role, shape]) => {
    const name = Object.hasOwn(names, role) ? names[role] : undefined;
    if (typeof name !== "string" || ["", "__metadata__", "__proto__"].includes(name)) {
      return refuse(`${nodeName} needs a name for its tensor ${role}, not ${shown(name)}`);
    }
    if (shape.reduce((a, b) => a * b, 1) > MAX_TENSOR) {
      refuse(`tensor ${quoted(name)} of shape (${shape.join(", ")}) is too large`);
    }
    return { role, name, shape };
  });
  return { id, op, attributes: resolvedAttributes, sources, inputs, shape, tensors };
}

/** @throws {InputError} unless `value` is an object with none but these keys */
function checkRecord(what: string, value: unknown, keys: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(`${what} must be an object, not ${shown(value)}`);
  }
  const unknown = Object.keys(value as object).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    refuse(`${what} cannot have ${quoted(unknown)}${keys.length > 0 ? `, but ${oneOf(keys)}` : ""}`);
  }
}

function refuse(reason: string): never {
  throw new InputError("shape", ACTION, reason);
}
