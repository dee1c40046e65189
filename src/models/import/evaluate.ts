/** The nodes of an ONNX file, evaluated one by one: constants become numbers, the rest nodes of a graph. @module */

import { InputError } from "../../errors.ts";
import { shown } from "../../wording.ts";
import type { Builder } from "./builder.ts";
import { readTensor } from "./constant.ts";
import { OnnxNode, type Operator, type Value } from "./node.ts";
import type { ModelProto, NodeProto } from "./onnx_file.ts";
import { ARITHMETIC } from "./operators/arithmetic.ts";
import { DENSE } from "./operators/dense.ts";
import { IMAGES } from "./operators/images.ts";
import { ML } from "./operators/ml.ts";
import { SHAPES } from "./operators/shapes.ts";

/** Operator sets that are known, by domain: the versions between which the operators here mean the same. */
const OPSETS: Readonly<Record<string, readonly [number, number]>> = { "": [9, 28], "ai.onnx.ml": [1, 5] };

/** The operators of each domain. */
const OPERATORS: Readonly<Record<string, Readonly<Record<string, Operator>>>> = {
  "": { ...ARITHMETIC, ...DENSE, ...IMAGES, ...SHAPES },
  "ai.onnx.ml": ML,
};

/** A file, what its names stand for, and what is made of it. */
export interface Reading {
  readonly producers: ReadonlyMap<string, NodeProto>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly builder: Builder;
  readonly batch: number | undefined;
  readonly external: Readonly<Record<string, Uint8Array>>;
}

/** Adds to `values` what output `name` is computed from, and the output. */
export function evaluateFor(
  name: string,
  values: Map<string, Value>,
  { graph, reading }: { graph: NonNullable<ModelProto["graph"]>; reading: Reading },
): void {
  const { builder, external } = reading, needed = neededFor(name, reading);
  for (const tensor of graph.initializers) {
    const { name = "" } = tensor;
    if (!needed.names.has(name)) continue;
    builder.where = `tensor ${shown(name)}`;
    values.set(name, readTensor(tensor, external, (reason) => builder.refuse(reason)));
  }
  for (const node of graph.nodes) if (needed.nodes.has(node)) evaluate(node, values, reading);
}

/** The version of each operator set that the file uses. */
export function opsetsOf({ opsets }: ModelProto, action: string): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { domain = "", version = 0 } of opsets) {
    const name = shortDomain(domain);
    out.set(name, version);
    const known = Object.hasOwn(OPSETS, name) ? OPSETS[name] : undefined;
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

/** The name of a domain, of which the default one has two. */
function shortDomain(domain = ""): string {
  return domain === "ai.onnx" ? "" : domain;
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
  const { op: name = "", outputs } = node;
  const domain = shortDomain(node.domain);
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
  const evaluated = new OnnxNode(node, inputs, builder, version, batch, external);
  const value = operator(evaluated);
  evaluated.checkAttributes();
  const [scored] = SECOND.has(name) ? outputs.slice(1) : outputs;
  if (scored) values.set(scored, value);
}

/** Operators whose first output are labels, and the second scores. */
const SECOND = new Set(["LinearClassifier", "SVMClassifier"]);
