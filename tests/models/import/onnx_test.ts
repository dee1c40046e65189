import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { InputError } from "../../../src/errors.ts";
import { matrix } from "../../../src/matrix.ts";
import { readOnnx } from "../../../src/models/import/onnx.ts";
import { writeOnnx } from "../../../src/models/export/onnx.ts";
import { loadModel, saveModel } from "../../../src/models/checkpoint.ts";
import { WRITABLE } from "../../../src/models/export/operators.ts";
import * as ops from "../../../src/ops/mod.ts";
import { graphModel } from "../export/written.ts";
import { specimenModel, specimens } from "../specimens.ts";
import { assertClose, uniformMatrix } from "../../support.ts";
import { type Case, gapsOf } from "./compare.ts";

/** A case with its inputs and answers, as models.py writes few of them. */
interface Small extends Case {
  readonly x: readonly number[][];
  readonly y: readonly number[][];
  readonly label: readonly number[][];
  readonly g?: readonly number[][];
}

const files = new URL("files/", import.meta.url);
const cases: Record<string, Small> = JSON.parse(Deno.readTextFileSync(new URL("cases.json", files)));
const rows = (of: readonly number[][]) => matrix(of.length, of[0].length, of.flat());

function read(name: string) {
  const external: Record<string, Uint8Array> = {};
  for (const { name: file } of Deno.readDirSync(files)) {
    if (file === `${name}.onnx.data`) external[file] = Deno.readFileSync(new URL(file, files));
  }
  return readOnnx(Deno.readFileSync(new URL(`${name}.onnx`, files)), { external });
}

Deno.test("readOnnx() of files by skl2onnx and PyTorch gives scores, labels and gradients of their runtimes", () => {
  for (const [name, each] of Object.entries(cases).filter(([, { refused }]) => !refused)) {
    using model = read(name);
    const { x, y, label, g } = each;
    const gaps = gapsOf(model, each, {
      x: rows(x),
      y: rows(y),
      labels: label.flat(),
      gradients: g && rows(g),
    }, { examples: 1 });
    for (const [what, { value, limit }] of Object.entries(gaps)) {
      assert(value <= limit, `${name}: ${what} ${value}`);
    }
  }
});

Deno.test("readOnnx() refuses operators that it does not know, and models whose answers contradict each other", () => {
  assertThrows(
    () => read("forest"),
    InputError,
    "(TreeEnsembleClassifier): operator ai.onnx.ml.TreeEnsembleClassifier is not known here",
  );
  assertThrows(() => read("svc2_probability"), InputError, "train with probability=False");
});

Deno.test("a model of an ONNX file is saved and loaded like any other", () => {
  using model = read("torch_cnn_dynamo");
  using again = loadModel(saveModel(model));
  const x = rows(cases.torch_cnn_dynamo.x);
  assertEquals(again.scores(x), model.scores(x));
  assertEquals(again.record.source, "ONNX");
});

Deno.test("readOnnx() of writeOnnx() has the scores of every family, its head and its classes' names", () => {
  for (const specimen of specimens) {
    using model = specimenModel(specimen);
    using again = readOnnx(writeOnnx(model));
    const x = uniformMatrix(9, model.inputs, 5, { lo: 0, hi: 1 });
    assertEquals([again.head.name, again.classes], [model.head.name, model.classes], specimen.name);
    assertClose(again.scores(x).data, model.scores(x).data, 1e-5, specimen.name);
  }
});

Deno.test("every operation is written as ONNX, and read again with its scores", () => {
  assertEquals([...WRITABLE].sort(), Object.keys(ops).sort());
  using own = graphModel();
  using again = readOnnx(writeOnnx(own));
  const x = uniformMatrix(9, own.inputs, 5);
  assertClose(again.scores(x).data, own.scores(x).data, 1e-5);
  assertEquals(own.graph.nodes.length > 16, true);
});

Deno.test("readOnnx() of writeOnnx() of a read model has its scores again", () => {
  for (const name of Object.keys(cases).filter((name) => !cases[name].refused)) {
    using model = read(name);
    using again = readOnnx(writeOnnx(model));
    const x = rows(cases[name].x);
    assertEquals(again.head.name, model.head.name, name);
    assertClose(again.scores(x).data, model.scores(x).data, 1e-5, name);
  }
});
