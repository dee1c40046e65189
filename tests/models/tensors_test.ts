import { InputError } from "../../src/errors.ts";
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { heap } from "../../src/runtime/variants.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { lossGradient } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { loadModel, saveModel } from "../../src/models/file.ts";
import { model } from "../../src/models/model.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import { families } from "../../src/models/families.ts";
import { train } from "../../src/train/mod.ts";
import { CLASSES, examplesFor, INPUTS, specimenModel, specimens } from "./specimens.ts";

Deno.test("model() with the same seed has the same bytes, and where it draws at all, other ones with another", () => {
  for (const { name, family } of specimens) {
    using one = model(family, { seed: 1 });
    using same = model(family, { seed: 1 });
    using other = model(family, { seed: 2 });
    assertEquals(saveModel(one), saveModel(same), name);
    // the others start from zeros, or from the means of the data
    const draws = family.name === "maxout" || "factor" in family.shapes;
    if (draws) assertNotEquals(saveModel(one), saveModel(other), name);
  }
});

Deno.test("train() of every family with the same seed gives the same bytes, and moves every tensor", async () => {
  for (const { name, family } of specimens) {
    const trainSet = examplesFor(family, 60);
    const options = { epochs: 2, seed: 5, batchSize: 25 };
    using one = await train(family, trainSet, options);
    using same = await train(family, trainSet, options);
    using fresh = model(family, { seed: 5 });
    assertEquals(saveModel(one), saveModel(same), name);
    const [after, before] = [one.tensors(), fresh.tensors()];
    for (const tensor of Object.keys(family.shapes)) {
      assertNotEquals(after[tensor], before[tensor], `${name}, ${tensor}`);
    }
  }
});

Deno.test("loadModel() of saveModel() is the identity on bytes, on scores and on the record", () => {
  for (const specimen of specimens) {
    const { name, family, tensors } = specimen;
    using saved = model(family, { tensors, record: { seed: "3", note: "naïve “quotes”" } });
    using loaded = loadModel(saveModel(saved));
    const { x } = examplesFor(family, 9);
    assertEquals(saveModel(loaded), saveModel(saved), name);
    assertEquals(loaded.scores(x), saved.scores(x), name);
    assertEquals(loaded.tensors(), tensors, name);
    assertEquals([loaded.record, loaded.family.config], [saved.record, saved.family.config], name);
  }
});

Deno.test("Model.tensors() have the names and shapes of the public contract", () => {
  const [D, C] = [INPUTS, CLASSES];
  const contract: Record<string, Record<string, number[]>> = {
    "softmaxLinear {}": { W: [C, D], b: [C] },
    "logistic {}": { W: [1, D], b: [1] },
    'maxout {"units":[5],"pieces":3}': {
      "layer0.W": [3, 5, D],
      "layer0.b": [3, 5],
      "top.W": [C, 5],
      "top.b": [C],
    },
    'maxout {"units":[5,4],"pieces":2}': {
      "layer0.W": [2, 5, D],
      "layer0.b": [2, 5],
      "layer1.W": [2, 4, 5],
      "layer1.b": [2, 4],
      "top.W": [C, 4],
      "top.b": [C],
    },
    "rbf {}": { mu: [C, D], beta: [C, D] },
    'rbf {"precision":3}': { mu: [C, D], beta: [C, D], factor: [C, 3, D] },
    'rbf {"precision":"full"}': { mu: [C, D], beta: [C, D], factor: [C, D, D] },
    'cnn {"image":[1,7,1],"channels":[3,2],"kernel":2,"pool":1,"units":[3],"activation":"tanh","head":"sigmoid"}':
      {
        "conv0.W": [3, 1, 2, 2],
        "conv0.b": [3],
        "conv1.W": [2, 3, 2, 2],
        "conv1.b": [2],
        "layer0.W": [3, 14],
        "layer0.b": [3],
        "top.W": [C, 3],
        "top.b": [C],
      },
    'convMaxout {"image":[7,1,1],"channels":[3],"kernel":1,"units":[2],"head":"sigmoid"}': {
      "conv0.W": [6, 7, 1, 1],
      "conv0.b": [6],
      "layer0.W": [2, 2, 3],
      "layer0.b": [2, 2],
      "top.W": [C, 2],
      "top.b": [C],
    },
    'deepRbf {"units":[5,4]}': {
      "layer0.mu": [5, D],
      "layer0.beta": [5, D],
      "layer1.mu": [4, 5],
      "layer1.beta": [4, 5],
      mu: [C, 4],
      beta: [C, 4],
    },
  };
  for (const [name, shapes] of Object.entries(contract)) {
    const specimen = specimens.find((each) => each.name === name)!;
    using each = specimenModel(specimen);
    const found = Object.entries(each.tensors()).map(([tensor, { shape }]) => [tensor, [...shape]]);
    assertEquals(Object.fromEntries(found), shapes, name);
  }
});

Deno.test("loadModel() refuses a model of which a bit of a weight or a word of the record is another", () => {
  for (const { name, family, tensors } of specimens) {
    const bytes = saveModel(model(family, { tensors, record: { seed: "7" } }));
    // a character for each byte
    const end = bytes.length - 4, text = new TextDecoder("latin1").decode(bytes);
    const refuse = (damaged: Uint8Array) =>
      assertThrows(() => loadModel(damaged), InputError, "does not fit its checksum", name);
    refuse(bytes.map((byte, i) => i === end ? byte ^ 1 : byte));
    const at = text.indexOf('"seed":"7"') + 8;
    refuse(bytes.map((byte, i) => i === at ? "8".charCodeAt(0) : byte));
    // as earlier versions wrote it
    const { tensors: own, metadata: { sha256: _, ...metadata } } = readSafetensors(bytes);
    loadModel(writeSafetensors(own, metadata))[Symbol.dispose]();
  }
});

Deno.test("Model.tensors() are copies: writing to them does not change the model", () => {
  for (const specimen of specimens) {
    using each = specimenModel(specimen);
    for (const { data } of Object.values(each.tensors())) data.fill(0);
    assertEquals(each.tensors(), specimen.tensors, specimen.name);
  }
});

Deno.test("model() refuses tensors that are missing, unknown, misshapen, of whole numbers or out of range", () => {
  for (const { name, family, tensors } of specimens) {
    const [first] = Object.keys(family.shapes);
    const { [first]: own, ...rest } = tensors;
    const refuse = (wrong: Tensors, sentence: string) =>
      assertThrows(() => model(family, { tensors: wrong }), InputError, sentence, name);
    refuse(rest, `Cannot make a model of family ${family.name}: tensor ${first} is missing`);
    refuse(
      { ...tensors, extra: own },
      `Cannot make a model of family ${family.name}: it has no tensor extra`,
    );
    const flat = { shape: [own.data.length], data: own.data };
    refuse({ ...tensors, [first]: flat }, `expected ${first} as float32 of shape (${own.shape.join(", ")})`);
    const whole = { shape: own.shape, data: Int32Array.from(own.data) };
    refuse({ ...tensors, [first]: whole }, `expected ${first} as float32`);
    const short = { shape: own.shape, data: own.data.subarray(1) as Float32Array };
    refuse({ ...tensors, [first]: short }, `Cannot make a`);
  }
  const { family, tensors } = specimens.find((specimen) => specimen.family.name === "rbf")!;
  const negative = { ...tensors, beta: { ...tensors.beta, data: tensors.beta.data.map((value) => -value) } };
  assertThrows(
    () => model(family, { tensors: negative }),
    InputError,
    "Cannot make a model of family rbf with beta -",
  );
});

Deno.test("model() keeps memory bounded while thousands are made, used and disposed", () => {
  const { memory } = heap().exports;
  const make = (count: number) => {
    for (let i = 0; i < count; i++) {
      const specimen = specimens[i % specimens.length];
      using each = specimenModel(specimen);
      lossGradient(each, examplesFor(each, 1 + i % 40));
    }
    return memory.buffer.byteLength;
  };
  const settled = make(100);
  assertEquals(make(2000), settled);
});

Deno.test("a disposed model throws instead of reading freed memory", () => {
  const gone = model(families.softmaxLinear({ inputs: 2, classes: 2 }));
  gone[Symbol.dispose]();
  for (const use of [() => gone.scores(matrix(1, 2)), () => gone.tensors()]) {
    assertThrows(use, InputError, "Cannot use the model: it was disposed");
  }
});
