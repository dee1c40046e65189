/** Models from the parts of an ONNX file, or from what other formats are written as in its operators. @module */

import { InputError } from "../../errors.ts";
import { type HeadName, heads } from "../../heads.ts";
import { sizeOf } from "../../ops/op.ts";
import { choice, integers, type Schema } from "../../schema.ts";
import { shown } from "../../wording.ts";
import { type Model, model } from "../model.ts";
import { Builder } from "./builder.ts";
import { inputOf, outputOf } from "./ends.ts";
import { evaluateFor, opsetsOf, type Reading } from "./evaluate.ts";
import { isComputed, type Value } from "./node.ts";
import type { ModelProto, NodeProto } from "./onnx_file.ts";
import { ownHead, scoresOf } from "./scores.ts";

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

/** More nodes than a model of this library's size has. */
const MAX_NODES = 4096;

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
  const taken = inputOf(graph.inputs.filter(({ name }) => !stored.has(name)), input, action);
  const builder = new Builder(action, taken.shape);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const reading: Reading = { producers, opsets, builder, batch: taken.batch, external };
  if (graph.sparse.length > 0) builder.refuse("it has sparse tensors, which are not known here");

  const name = outputOf(graph.outputs, output, builder);
  const values = new Map<string, Value>([[taken.name, { id: "input", shape: taken.shape }]]);
  evaluateFor(name, values, { graph, reading });
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
  const finished = builder.finish(scores.scores, scores.head);
  return inAction(action, () =>
    model(finished.graph, {
      tensors: finished.tensors,
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
