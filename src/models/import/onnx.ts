/** Models from ONNX files. @module */

import { InputError } from "../../errors.ts";
import type { HeadName } from "../../heads.ts";
import { any, type Schema } from "../../schema.ts";
import { resolve } from "../../checks.ts";
import { shown } from "../../wording.ts";
import type { Model } from "../model.ts";
import { pathProblem } from "./constant.ts";
import { classNames } from "./labels.ts";
import { readParts } from "./onnx_file.ts";
import { IMPORT_OPTIONS, modelOf } from "./parts.ts";

/** How an ONNX file is read. */
export interface OnnxOptions {
  /** The bytes of the files with weights that it names, by these names; default none. */
  external?: Readonly<Record<string, Uint8Array>>;
  /** Which of its outputs gives the scores or probabilities; by default the only one of real numbers. */
  output?: string;
  /** Shape of an example, where the file leaves it open. */
  input?: readonly number[];
  /** What the scores mean; by default what they are turned into, or softmax of several and a logistic of one. */
  head?: HeadName;
}

const OPTIONS: Schema<OnnxOptions> = {
  external: any<Readonly<Record<string, Uint8Array>>>("Bytes of files with weights, by name"),
  ...IMPORT_OPTIONS,
};

const ACTION = "read the ONNX model";

/**
 * The classifier in an ONNX file, as a model whose graph attacks, certificates and training take like any other: it ends in
 * the scores before a softmax or logistic function, which is its head. Arithmetic is in float32, of float64 files too. The
 * record says what it was made of, and the names of the classes if the file has them.
 *
 * @example
 * ```ts
 * import { matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { readOnnx, writeOnnx } from "@gibbon/gibbon/onnx";
 * import { assertEquals } from "@std/assert";
 *
 * using own = model(softmaxLinear({ inputs: 2, classes: 3 }), { seed: 1 });
 * using again = readOnnx(writeOnnx(own));
 * const x = matrix(1, 2, [0.5, -1]);
 * assertEquals(again.scores(x), own.scores(x));
 * ```
 *
 * @throws {InputError} code `format` if the bytes are no ONNX file, if an operator, attribute or type is not known here,
 *   with the node's name, or if examples of a batch would depend on each other
 * @throws {InputError} code `shape` if it gives no scores that the head takes
 */
export function readOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Model {
  const { external = {}, ...reading } = resolve(ACTION, OPTIONS, options);
  const file = readParts(bytes, ACTION), { producer, producerVersion } = file;
  return modelOf(file, {
    ...reading,
    action: ACTION,
    external,
    namesOf: (scored) => classNames(file.graph!, { ...scored, external }),
    record: {
      source: "ONNX",
      ...(producer && { producer: [producer, producerVersion].filter(Boolean).join(" ").slice(0, 80) }),
    },
  });
}

/**
 * The names of the files with weights that an ONNX file needs beside it, none of them outside its folder.
 *
 * @throws {InputError} code `format` if the bytes are no ONNX file, or one of the names leads out of the folder
 */
export function externalFiles(bytes: Uint8Array): string[] {
  const { graph } = readParts(bytes, ACTION), names = new Set<string>();
  const stored = graph?.nodes.flatMap(({ attributes }) => attributes.flatMap(({ t }) => t ?? [])) ?? [];
  for (const { location, external, name = "" } of [...graph?.initializers ?? [], ...stored]) {
    if (location !== 1) continue;
    const file = external.find(({ key }) => key === "location")?.value ?? "";
    const problem = pathProblem(file);
    if (problem) {
      throw new InputError(
        "format",
        ACTION,
        `tensor ${shown(name)}: its bytes are in file ${shown(file)}: ${problem}`,
      );
    }
    names.add(file);
  }
  return [...names];
}
