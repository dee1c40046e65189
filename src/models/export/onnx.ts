/** Models as ONNX files. @module */

import { InputError } from "../../errors.ts";
import { sizeOf } from "../../ops/op.ts";
import type { Model } from "../model.ts";
import { onnxBytes } from "./onnx_bytes.ts";
import { OnnxGraph, writeNode } from "./operators.ts";

/**
 * The ONNX file of a model, of operator set 17: from `input`, (batch, D) or (batch, channels, height, width), to `scores`,
 * (batch, S), in float32. Its metadata say under `gibbon.head` what the scores mean, which `readOnnx` goes by.
 *
 * @example
 * ```ts
 * import { model, rbf } from "@gibbon/gibbon";
 * import { readOnnx, writeOnnx } from "@gibbon/gibbon/onnx";
 * import { assertEquals } from "@std/assert";
 *
 * using own = model(rbf({ inputs: 4, classes: 3 }), { seed: 1 });
 * assertEquals(readOnnx(writeOnnx(own)).head.name, "exponential");
 * ```
 *
 * @throws {InputError} code `value` if an operation has no counterpart in ONNX
 */
export function writeOnnx({ family: { checked }, record, ...model }: Model): Uint8Array<ArrayBuffer> {
  const tensors = model.tensors(), graph = new OnnxGraph();
  const names = ["input"];
  for (const node of checked.nodes) {
    const from = node.sources.map((source) => names[source]);
    const name = writeNode(graph, node, { from, tensors });
    if (name === undefined) {
      throw new InputError(
        "value",
        "write the model as ONNX",
        `node "${node.id}", of operation ${node.op.name}, has no counterpart there as it is set`,
      );
    }
    names.push(name);
  }
  graph.prefix = "";
  const { input } = checked.graph, shape = typeof input === "number" ? [input] : input;
  const nodes = [...graph.nodes, {
    op: "Identity",
    inputs: [names.at(-1)!],
    output: "scores",
    attributes: {},
  }];
  return onnxBytes({
    nodes,
    tensors: graph.tensors,
    input: { name: "input", shape },
    output: { name: "scores", shape: [sizeOf(checked.nodes.at(-1)!.shape)] },
    metadata: {
      "gibbon.head": checked.head.name,
      ...(record.classNames && { "gibbon.classNames": record.classNames }),
    },
  });
}
