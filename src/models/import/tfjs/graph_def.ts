/** Graph models of tfjs: nodes of TensorFlow operations, with names of what they read. @module */

import { InputError } from "../../../errors.ts";
import { shown, suggestion } from "../../../wording.ts";
import type { Constant } from "../constant.ts";
import { asJson, type Json } from "../keras/layer.ts";
import type { ModelProto } from "../onnx_file.ts";
import type { Writer, Written } from "../written.ts";
import { GraphNode } from "./node.ts";
import { OPERATIONS } from "./operations/mod.ts";

/** More nodes than a model of this library's size has. */
const MAX_NODES = 4096;

interface Entry {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Json;
}

function entriesOf(topology: Json, writer: Writer): Entry[] {
  const nodes = topology.node as readonly unknown[];
  if (nodes.length > MAX_NODES) writer.refuse(`it has ${nodes.length} nodes, more than ${MAX_NODES}`);
  return nodes.map((each) => {
    const { name, op, input = [], attr = {} } = asJson(each) ?? {}, attributes = asJson(attr);
    const inputs = Array.isArray(input) && input.every((from) => typeof from === "string")
      ? input
      : undefined;
    if (typeof name !== "string" || typeof op !== "string" || !inputs || !attributes) {
      return writer.refuse("one of its nodes has no name, operation and inputs");
    }
    // what begins with ^ is about the order alone
    return { name, op, inputs: inputs.filter((from: string) => !from.startsWith("^")), attributes };
  });
}

/** The shape of an example that a placeholder says, −1 where it is open. */
function shapeOf({ attributes }: Entry, writer: Writer): number[] {
  const { dim } = asJson(asJson(asJson(attributes.shape)?.shape)) ?? {};
  if (!Array.isArray(dim) || dim.length < 2) {
    return writer.refuse("its input has no shape of a batch and features");
  }
  return dim.slice(1).map((each) => Number(asJson(each)?.size ?? -1));
}

/** What the model gives: the node that its signature names, or the only one that no other reads. */
function outputOf(json: Json, entries: readonly Entry[], writer: Writer, asked: string | undefined): string {
  const signature = asJson(asJson(json.signature)?.outputs);
  const read = new Set(entries.flatMap(({ inputs }) => inputs.map((from) => from.replace(/:0$/, ""))));
  const named = signature
    ? Object.entries(signature).map(([key, value]) => {
      const name = asJson(value)?.name;
      return [key, typeof name === "string" ? name : key] as const;
    })
    : entries.filter(({ name, op }) => !read.has(name) && op !== "NoOp").map(({ name }) =>
      [name, name] as const
    );
  const found = asked === undefined
    ? named.length === 1 ? named[0] : undefined
    : named.find((names) => names.includes(asked));
  const names = named.map(([key]) => key);
  if (found) return found[1].replace(/:0$/, "");
  return writer.refuse(
    asked === undefined
      ? `it has ${names.length} outputs (${
        names.map(shown).slice(0, 8).join(", ")
      }); name the one of scores as option output`
      : `it has no output ${shown(asked)}${
        suggestion(asked, names) || `; it has ${names.map(shown).join(", ")}`
      }`,
  );
}

/**
 * The nodes of the graph in `json`, whose constants are `weights`, as those of an ONNX file.
 *
 * @throws {InputError} code `format` if an operation is not known here, or the graph is none
 */
export function writeGraphDef(
  json: Json,
  weights: ReadonlyMap<string, Constant>,
  { writer, output }: { writer: Writer; output: string | undefined },
): ModelProto {
  const entries = entriesOf(json.modelTopology as Json, writer);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const inputs = entries.filter(({ op }) => op === "Placeholder");
  if (inputs.length !== 1) {
    throw new InputError("format", writer.action, `it has ${inputs.length} inputs, expected one`);
  }
  const [input] = inputs, shape = shapeOf(input, writer), last = outputOf(json, entries, writer, output);
  const values = new Map<string, Written>([[input.name, { name: "input", rank: shape.length + 1 }]]);
  // in order of evaluation, without recursion: chains may be long
  const stack = [last], open = new Set<string>();
  while (stack.length > 0) {
    const name = stack.at(-1)!, entry = byName.get(name);
    if (!entry) return writer.refuse(`there is no node ${shown(name)}`);
    if (values.has(name)) {
      stack.pop();
      continue;
    }
    const missing = entry.inputs.map(sourceOf).filter((from) => !values.has(from));
    if (missing.length > 0) {
      if (open.has(name)) writer.refuse(`node ${shown(name)} reads what is made of it`);
      open.add(name);
      stack.push(...missing);
      continue;
    }
    [writer.layer, writer.kind] = [name, entry.op];
    values.set(name, evaluate(entry, values, weights, writer));
    stack.pop();
  }
  [writer.layer, writer.kind] = ["", ""];
  return writer.file({ name: "input", shape }, { ...values.get(last)!, called: "scores" });
}

/** The node of a name that may say which of its outputs. */
const sourceOf = (from: string) => from.replace(/:\d+$/, "");

function evaluate(
  { name, op, inputs, attributes }: Entry,
  values: ReadonlyMap<string, Written>,
  weights: ReadonlyMap<string, Constant>,
  writer: Writer,
): Written {
  if (op === "Const") {
    const constant = weights.get(name) ?? writer.refuse("the file has no numbers of this constant");
    return writer.constant(constant);
  }
  const operation = Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op] : undefined;
  if (!operation) {
    return writer.refuse(
      `operation ${op.slice(0, 40)} is not known here${
        suggestion(op, Object.keys(OPERATIONS))
      }; export the model as ` +
        "ONNX, of which onnxruntime can be attacked without gradients",
    );
  }
  const second = inputs.find((from) => /:[1-9]\d*$/.test(from));
  if (second !== undefined) writer.refuse(`it reads ${shown(second)}, and only first outputs are known here`);
  return operation(new GraphNode(op, inputs.map((from) => values.get(sourceOf(from))!), attributes, writer));
}
