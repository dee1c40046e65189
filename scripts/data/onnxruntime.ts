/** ONNX models of any operators, asked through onnxruntime: classifiers without gradients. @module */

import { heads, InputError, type Matrix, matrix } from "../../src/mod.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { log } from "../../src/kernels/elementwise.ts";
import { classNames } from "../../src/models/import/labels.ts";
import { type ModelProto, readParts, type ValueProto } from "../../src/models/import/onnx_file.ts";
import { startSession } from "./onnxruntime_session.ts";

const ACTION = "read the ONNX model for onnxruntime";

/** A classifier of which nothing but its answers is known. */
export interface BlackBox extends Classifier, Disposable {
  readonly family: { readonly name: "onnxruntime" };
  readonly record: Readonly<Record<string, string>>;
  /** Shape of an example. */
  readonly shape: readonly number[];
}

/** Element types of ONNX: numbers that scores can be, and that inputs can be. */
const FLOAT = 1, DOUBLE = 11;

/** Least probability that has a logarithm here. */
const MIN_PROBABILITY = 1e-30;

function fail(reason: string): never {
  throw new InputError("format", ACTION, reason);
}

/** The name of what gives scores, and the file with that among its outputs. */
function scored(bytes: Uint8Array, { graph }: ModelProto): { name: string; bytes: Uint8Array } {
  const outputs = graph?.outputs ?? [];
  const type = ({ type }: ValueProto) => type?.tensor?.elementType ?? 0;
  const real = outputs.filter((output) => [FLOAT, DOUBLE].includes(type(output)));
  if (real.length === 1) return { name: real[0].name ?? "", bytes };
  if (real.length > 1) fail("several of its outputs give real numbers");
  const map = outputs.find((output) => output.type?.sequence !== undefined);
  const zip = graph?.nodes.find(({ op, outputs: [first] }) => op === "ZipMap" && first === map?.name);
  if (!zip?.inputs[0]) return fail("none of its outputs gives real numbers: it gives labels alone");
  // probabilities as they are before ZipMap makes maps of them: a part of a message that is there again is added to it
  const [name] = zip.inputs;
  return { name, bytes: joined(bytes, field(7, field(12, field(1, new TextEncoder().encode(name))))) };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

/** A field of a message that holds bytes. */
function field(number: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = content.length; length.push(rest % 128 + (rest > 127 ? 128 : 0)), rest > 127;) rest >>= 7;
  return joined(Uint8Array.of(8 * number + 2, ...length), content);
}

/** The input: how many numbers an example has, and in what shape. */
function inputOf({ graph }: ModelProto) {
  const stored = new Set(graph?.initializers.map(({ name }) => name));
  const inputs = graph?.inputs.filter(({ name }) => !stored.has(name)) ?? [];
  if (inputs.length !== 1) fail(`it has ${inputs.length} inputs, expected one of shape (batch, features)`);
  const [{ name = "", type }] = inputs, elementType = type?.tensor?.elementType ?? 0;
  if (elementType !== FLOAT && elementType !== DOUBLE) fail("its input is neither float nor double");
  const [batch, ...shape] = type?.tensor?.shape?.dims.map(({ value }) => value ?? 0) ?? [];
  if (shape.length === 0 || !shape.every((n) => n >= 1)) fail("it leaves the size of an example open");
  return { name, shape, batch: batch > 0 ? batch : undefined, double: elementType === DOUBLE };
}

/** Examples that are asked at once. */
const CHUNK = 1000;

/**
 * The classifier in the ONNX file `bytes` through onnxruntime-web, which is loaded for it. It answers at once, from a thread
 * of its own that this one waits for. Probabilities count as the scores log p.
 *
 * @throws {InputError} if onnxruntime is not there, does not take the file, or it gives no scores
 */
export function onnxruntimeClassifier(
  bytes: Uint8Array,
  { external = {}, from }: {
    external?: Readonly<Record<string, Uint8Array>>;
    /** Address of the package; default where it is installed, or npm. */
    from?: string;
  } = {},
): BlackBox {
  const file = readParts(bytes, ACTION), input = inputOf(file), output = scored(bytes, file);
  const inputs = input.shape.reduce((a, b) => a * b, 1), rows = input.batch ?? CHUNK;
  const session = startSession(
    { bytes: output.bytes, external, input, output: output.name, rows, inputs },
    from,
  );
  try {
    return classifierOf(session.run, {
      file,
      external,
      output: output.name,
      shape: input.shape,
      rows,
      end: session.end,
    });
  } catch (error) {
    session.end();
    throw error;
  }
}

/** What a session makes of a few rows that fill its chunk or less. */
type Run = (x: Float32Array, rows: number) => Float32Array;

function classifierOf(
  run: Run,
  { file, external, output, shape, rows, end }: {
    file: ModelProto;
    external: Readonly<Record<string, Uint8Array>>;
    output: string;
    shape: readonly number[];
    rows: number;
    end(): void;
  },
): BlackBox {
  const inputs = shape.reduce((a, b) => a * b, 1);
  // what the answers are is seen on some inputs
  const probe = Math.min(rows, 8);
  const first = run(Float32Array.from({ length: probe * inputs }, (_, i) => (i * 7 % 11) / 5 - 1), probe);
  const width = first.length / probe, classes = Math.max(2, width);
  const isProbability = (p: number) => p >= 0 && p <= 1;
  const sums = Array.from(
    { length: probe },
    (_, i) => first.subarray(i * width, (i + 1) * width).reduce((a, b) => a + b, 0),
  );
  const shares = first.every(isProbability) && (width === 1 || sums.every((sum) => Math.abs(sum - 1) < 1e-3));
  if (!Number.isInteger(width) || width < 1) fail("what it gives is no row for each example");
  if (width === 1 && !shares) fail("it gives one number, which is no probability of two classes");
  const producers = new Map(
    file.graph!.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  const names = classNames(file.graph!, { output, classes, producers, external, refuse: fail });

  function scores(x: Matrix): Matrix {
    if (x.cols !== inputs) {
      throw new InputError("shape", "classify", `the model takes ${inputs} inputs, got ${x.cols}`);
    }
    const out = matrix(x.rows, classes);
    for (let from = 0; from < x.rows; from += rows) {
      const to = Math.min(from + rows, x.rows);
      const found = run(x.data.subarray(from * inputs, to * inputs), to - from);
      const bad = shares ? found.find((p) => !(p > -0.001 && p < 1.001)) : undefined;
      if (bad !== undefined) fail(`it gave probabilities at first, and then ${bad}`);
      if (width > 1) out.data.set(found, from * classes);
      else found.forEach((p, i) => out.data.set([1 - p, p], (from + i) * 2));
    }
    if (shares) {
      for (let i = 0; i < out.data.length; i++) out.data[i] = Math.max(out.data[i], MIN_PROBABILITY);
      log(out, out);
    }
    return out;
  }

  return {
    inputs,
    shape,
    classes,
    head: heads.softmax,
    scores,
    family: { name: "onnxruntime" },
    record: {
      source: "ONNX",
      output,
      note: shares ? "its answers are probabilities" : "its answers are scores",
      ...(names && { classNames: JSON.stringify(names) }),
    },
    [Symbol.dispose]: end,
  };
}
