/** Models from the parts of an ONNX file, or from what other formats are written as in its operators. @module */

import { InputError } from "../../errors.ts";
import { type HeadName, heads } from "../../heads.ts";
import { type Shape, sizeOf } from "../../ops/op.ts";
import { choice, integers, type Schema } from "../../schema.ts";
import { shown, suggestion } from "../../wording.ts";
import { type Model, model } from "../model.ts";
import { Builder, type Computed, type Logits } from "./builder.ts";
import { readTensor, REAL, TYPE_NAMES } from "./constant.ts";
import { isComputed, OnnxNode, type Operator, type Value } from "./node.ts";
import type { ModelProto, NodeProto, ValueProto } from "./onnx_file.ts";
import { ARITHMETIC } from "./operators/arithmetic.ts";
import { DENSE } from "./operators/dense.ts";
import { IMAGES } from "./operators/images.ts";
import { ML } from "./operators/ml.ts";
import { SHAPES } from "./operators/shapes.ts";

/** What a reader of any format is told beside the file. */
export interface ImportOptions {
  /** Which of its outputs gives the scores or probabilities; by default the only one of real numbers. */
  output?: string;
  /** Shape of an example, where the file leaves it open. */
  input?: readonly number[];
  /** What the scores mean; by default what they are turned into, or softmax of several and a logistic of one. */
  head?: HeadName;
}

/** The same as a schema. */
export const IMPORT_OPTIONS: Schema<ImportOptions> = {
  output: { kind: "text", help: "Output that gives the scores or probabilities" },
  input: integers("Shape of an example, where the file leaves it open", { min: 1 }),
  head: choice("What the scores mean", Object.keys(heads) as HeadName[]),
};

/** Where a model comes from. */
interface Origin extends ImportOptions {
  /** What is being done, for errors. */
  readonly action: string;
  readonly external?: Readonly<Record<string, Uint8Array>>;
  /** What its record says. */
  readonly record: Readonly<Record<string, string>>;
  /** The names of so many classes, which an output gives; nothing if there are none. */
  namesOf?(scored: {
    output: string;
    classes: number;
    producers: ReadonlyMap<string, NodeProto>;
    refuse: (reason: string) => never;
  }): readonly string[] | undefined;
}

/** Operator sets that are known, by domain: the versions between which the operators here mean the same. */
const OPSETS: Readonly<Record<string, readonly [number, number]>> = { "": [9, 28], "ai.onnx.ml": [1, 5] };

/** The operators of each domain. */
const OPERATORS: Readonly<Record<string, Readonly<Record<string, Operator>>>> = {
  "": { ...ARITHMETIC, ...DENSE, ...IMAGES, ...SHAPES },
  "ai.onnx.ml": ML,
};

/** More nodes than a model of this library's size has. */
const MAX_NODES = 4096;

/** A file, what its names stand for, and what is made of it. */
interface Reading {
  readonly nodes: readonly NodeProto[];
  readonly producers: ReadonlyMap<string, NodeProto>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly builder: Builder;
  readonly batch: number | undefined;
  readonly external: Readonly<Record<string, Uint8Array>>;
}

/**
 * The classifier of these parts: a graph that ends in the scores before a softmax or logistic function, which is its head.
 *
 * @throws {InputError} code `format` or `shape` if it is none that is known here
 */
export function modelOf(file: ModelProto, origin: Origin): Model {
  const { action, external = {}, output, input, head, record, namesOf } = origin;
  const { graph } = file;
  if (!graph || graph.nodes.length === 0) throw new InputError("format", action, "it has no graph");
  if (graph.nodes.length > MAX_NODES) {
    throw new InputError("format", action, `it has ${graph.nodes.length} nodes, more than ${MAX_NODES}`);
  }
  const opsets = opsetsOf(file, action);
  const stored = new Set(graph.initializers.map(({ name }) => name));
  const given = inputOf(graph.inputs.filter(({ name }) => !stored.has(name)), input, action);
  const builder = new Builder(action, given.shape);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const reading: Reading = { nodes: graph.nodes, producers, opsets, builder, batch: given.batch, external };
  if (graph.sparse.length > 0) builder.refuse("it has sparse tensors, which are not known here");

  const name = outputOf(graph.outputs, output, builder);
  const values = new Map<string, Value>([[given.name, { id: "input", shape: given.shape }]]);
  const needed = neededFor(name, reading);
  for (const tensor of graph.initializers) {
    if (!needed.names.has(tensor.name ?? "")) continue;
    builder.where = `tensor ${shown(tensor.name ?? "")}`;
    values.set(tensor.name ?? "", readTensor(tensor, external, (reason) => builder.refuse(reason)));
  }
  for (const node of graph.nodes) if (needed.nodes.has(node)) evaluate(node, values, reading);
  builder.where = `output ${shown(name)}`;
  const value = values.get(name) ?? builder.refuse("nothing gives it");
  if (!isComputed(value)) return builder.refuse("it does not depend on the input");
  const scores = scoresOf(value, builder, { own: ownHead(file), asked: head });
  const classes = scores.head === "binary" ? 2 : sizeOf(scores.scores.shape);
  const names = namesOf?.({
    output: name,
    classes,
    producers,
    refuse: (reason) => builder.refuse(`the names of classes: ${reason}`),
  });
  builder.where = "";
  const made = builder.finish(scores.scores, scores.head);
  return inAction(action, () =>
    model(made.graph, {
      tensors: made.tensors,
      record: {
        ...record,
        output: name,
        ...(builder.notes.length > 0 && { note: builder.notes.join("; ") }),
        ...(names && { classNames: JSON.stringify(names) }),
      },
    }));
}

/** What `make` gives; its errors are about the file. */
function inAction<T>(action: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? error.about(action) : error;
  }
}

/** The version of each operator set that the file uses. */
function opsetsOf({ opsets }: ModelProto, action: string): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { domain = "", version = 0 } of opsets) {
    const own = domain === "ai.onnx" ? "" : domain;
    out.set(own, version);
    const known = Object.hasOwn(OPSETS, own) ? OPSETS[own] : undefined;
    // nodes of other domains are refused where they come
    if (!known || (version >= known[0] && version <= known[1])) continue;
    throw new InputError(
      "format",
      action,
      `operator set ${domain || "ai.onnx"} is version ${version}, expected ${known[0]} … ${known[1]}`,
    );
  }
  return out;
}

/** The input: its name, the shape of an example, and how many examples the file is written for, if so many. */
function inputOf(inputs: readonly ValueProto[], given: readonly number[] | undefined, action: string) {
  const fail = (reason: string): never => {
    throw new InputError("format", action, reason);
  };
  if (inputs.length !== 1) {
    const names = inputs.map(({ name }) => shown(name ?? "")).slice(0, 5).join(", ");
    fail(
      `it has ${inputs.length} inputs (${names}), expected one of shape (batch, features); for skl2onnx, ` +
        "FloatTensorType([None, D])",
    );
  }
  const [{ name = "", type }] = inputs;
  const where = `input ${shown(name)}`, elementType = type?.tensor?.elementType ?? 0;
  if (!REAL.has(elementType)) {
    fail(
      `${where} is of type ${
        TYPE_NAMES[elementType] ?? "other than a tensor"
      }, and attacks need float or double`,
    );
  }
  const dims = type?.tensor?.shape?.dims;
  if (!dims || dims.length < 2) {
    return fail(
      `${where} has ${dims ? dims.length : "an unknown number of"} dimensions, expected a batch and features`,
    );
  }
  const sizes = dims.slice(1).map(({ value }) => value ?? 0);
  if (given && (given.length !== sizes.length || !given.every((n, k) => sizes[k] <= 0 || n === sizes[k]))) {
    fail(
      `${where} has examples of shape (${sizes.map((n) => n > 0 ? n : "?").join(", ")}), not (${
        given.join(", ")
      })`,
    );
  }
  const shape: Shape = given ?? sizes;
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    fail(`${where} leaves its size open beside the batch; give the shape of an example as option input`);
  }
  if (!(sizeOf(shape) <= 2 ** 24)) fail(`${where} has more than ${2 ** 24} numbers`);
  const first = dims[0].value ?? 0;
  return { name, shape, batch: first > 0 ? first : undefined };
}

/** The output that gives scores: the one asked for, or the only one of real numbers. */
function outputOf(outputs: readonly ValueProto[], asked: string | undefined, builder: Builder): string {
  const names = outputs.map(({ name }) => name ?? "");
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    return builder.refuse(
      `it has no output ${shown(asked)}${
        suggestion(asked, names) || `; it has ${names.map(shown).join(", ")}`
      }`,
    );
  }
  const real = outputs.filter(({ type }) => type?.sequence || REAL.has(type?.tensor?.elementType ?? 0));
  if (real.length === 1) return real[0].name ?? "";
  const told = names.map(shown).slice(0, 8).join(", ");
  return builder.refuse(
    real.length === 0
      ? `none of its outputs (${told}) gives real numbers: it gives labels alone`
      : `several of its outputs (${told}) give real numbers; name the one of scores as option output`,
  );
}

/** The nodes that output `name` is computed by, and what they read. */
function neededFor(name: string, { producers }: Reading): { nodes: Set<NodeProto>; names: Set<string> } {
  const nodes = new Set<NodeProto>(), names = new Set([name]);
  // a set takes what is added to it while it is gone through
  for (const each of names) {
    const node = producers.get(each);
    if (!node || nodes.has(node)) continue;
    nodes.add(node);
    for (const input of node.inputs) if (input !== "") names.add(input);
  }
  return { nodes, names };
}

/** Adds what `node` gives to `values`. */
function evaluate(node: NodeProto, values: Map<string, Value>, reading: Reading): void {
  const { builder, opsets, batch, external, producers } = reading;
  const { op: name = "", domain: given = "", outputs } = node;
  const domain = given === "ai.onnx" ? "" : given;
  builder.where = `node ${shown(node.name || outputs[0] || "")} (${(node.kind ?? name).slice(0, 40)})`;
  const operators = Object.hasOwn(OPERATORS, domain) ? OPERATORS[domain] : {};
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) {
    return builder.refuse(
      `operator ${domain === "" ? "" : `${domain.slice(0, 40)}.`}${
        name.slice(0, 40)
      } is not known here; models of other operators ` +
        "can be attacked without gradients, as a classifier of your own that asks onnxruntime",
    );
  }
  const version = opsets.get(domain);
  if (version === undefined) {
    return builder.refuse("the file does not say which version of its operator set it uses");
  }
  const inputs = node.inputs.map((input) => {
    if (input === "") return undefined;
    const value = values.get(input);
    if (value) return value;
    return builder.refuse(
      producers.has(input)
        ? `it reads ${shown(input)}, which no node before it gives`
        : `nothing gives its input ${shown(input)}`,
    );
  });
  // only the first output: what asks for another is refused below
  const own = new OnnxNode(node, inputs, builder, version, batch, external);
  const value = operator(own);
  own.checkAttributes();
  const [scored] = SECOND.has(name) ? outputs.slice(1) : outputs;
  if (scored) values.set(scored, value);
}

/** Operators whose first output are labels, and the second scores. */
const SECOND = new Set(["LinearClassifier", "SVMClassifier"]);

/** The head that a file of ours names. */
function ownHead({ metadata }: ModelProto): HeadName | undefined {
  const name = metadata.find(({ key }) => key === "gibbon.head")?.value;
  return name !== undefined && Object.hasOwn(heads, name) ? name as HeadName : undefined;
}

/** What is behind probabilities, or the value itself with the head that it can have. */
function scoresOf(
  value: Computed,
  builder: Builder,
  { own, asked }: { own: HeadName | undefined; asked: HeadName | undefined },
): Logits {
  // files of ours end in their scores, whatever made them
  const behind = own
    ? { head: own, scores: value, shares: false }
    : value.logits ?? plain(value, builder, asked);
  const { scores } = behind;
  // two logistic functions of a score and its negation, or one: the probability of class 1
  const two = behind.head === "sigmoid" && !own;
  const lone = two
    ? builder.loneScore(scores) ?? (sizeOf(scores.shape) === 1 ? scores : undefined)
    : undefined;
  const found: Logits = lone ? { head: "binary", scores: lone, shares: false } : behind;
  const flat = builder.reshaped(found.scores, [sizeOf(found.scores.shape)]);
  // a graph has at least one node
  const one = { shape: flat.shape.map(() => 1), data: Float64Array.of(1) };
  return {
    ...found,
    head: asked ?? found.head,
    scores: flat.id === "input" ? builder.affine(flat, { scale: one }) : flat,
  };
}

/** Operations of which one number may be the log odds of two classes. */
const ODDS = new Set(["linear", "add", "affine", "conv2d"]);

/** An answer that is no probabilities known here: logits of several classes, or log odds of two. */
function plain(value: Computed, builder: Builder, asked: HeadName | undefined): Logits {
  if (sizeOf(value.shape) > 1) return { head: "softmax", scores: value, shares: false };
  let node = builder.node(value.id);
  while (node?.op === "reshape" || node?.op === "reduce") node = builder.node(node.from[0]);
  if (asked === undefined && !ODDS.has(node?.op ?? "")) {
    builder.refuse(
      `it is one number, made by ${
        node?.op ?? "nothing"
      }, of which the file does not say whether it is the log odds of ` +
        "two classes; end the model in a Sigmoid, or give option head binary if it is",
    );
  }
  return { head: "binary", scores: value, shares: false };
}
