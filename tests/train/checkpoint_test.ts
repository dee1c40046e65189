import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { readChecked, writeChecked } from "../../src/data/checksum.ts";
import { readSafetensors } from "../../src/data/safetensors.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import "../../src/runtime/inlined.ts";
import { init } from "../../src/runtime/variants.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  saveCheckpoint,
  train,
  type TrainOptions,
} from "../../src/train/mod.ts";

// what states say of the build is pinned here
init({ kernels: "baseline" });

/** The state after the first epoch of `OPTIONS`, by version 0.1.0 of before the options had the names that they have. */
const OLD = Uint8Array.fromBase64(
  "EAMAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJnaWJib24tdHJhaW5pbmctMSIsInBvc2l0aW9uIjoie1wiaGlzdG9y" +
    "eVwiOlt7XCJsb3NzXCI6MC43MzQyNzk3OTY0ODExMzI1fV0sXCJzdGVwXCI6MixcInN0ZXBJbkVwb2NoXCI6MCxcImxvc3NTdW1c" +
    "IjowfSIsInNldHVwIjoie1wiZm9ybWF0XCI6XCJnaWJib24tbW9kZWwtMVwiLFwiZmFtaWx5XCI6XCJzb2Z0bWF4TGluZWFyXCIs" +
    "XCJoZWFkXCI6XCJzb2Z0bWF4XCIsXCJjb25maWdcIjpcIntcXFwiaW5wdXRzXFxcIjoyLFxcXCJjbGFzc2VzXFxcIjoyfVwiLFwi" +
    "cmVjaXBlXCI6e1wib3B0aW1pemVyXCI6e1wibmFtZVwiOlwic2dkXCIsXCJyYXRlXCI6MC41LFwiZGVjYXlcIjoxLjUsXCJsZWFz" +
    "dFJhdGVcIjowLjAxLFwibW9tZW50dW1cIjowLjV9LFwiYmF0Y2hTaXplXCI6MixcIm1heE5vcm1cIjoxLjkzNjUsXCJsMlwiOjAu" +
    "MTI1fSxcInNlZWRcIjozLFwiYWxwaGFcIjoxLFwicGF0aWVuY2VcIjoxMDAsXCJrZXJuZWxzXCI6XCJiYXNlbGluZVwiLFwibGVh" +
    "cm5cIjpcIjc3ZTZjZDZiXCJ9In0sIlciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZd" +
    "fSwiYiI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMSwyXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjRdfSwidmVsb2NpdHkuVyI6eyJk" +
    "dHlwZSI6IkYzMiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbMjQsNDBdfSwidmVsb2NpdHkuYiI6eyJkdHlwZSI6IkYz" +
    "MiIsInNoYXBlIjpbMSwyXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDhdfX0gNk6jPo6qoL42TqO+jqqgPloOSL5aDkg+bJxGPh1VIb5s" +
    "nEa+HVUhPpjGXz2Yxl+9",
);

const family = softmaxLinear({ inputs: 2, classes: 2 });
const data = batch({ x: matrix(4, 2, [1, 0, 0, 1, 0.5, -1, -1, 0.25]), labels: [0, 1, 0, 1] });
const OPTIONS: TrainOptions = {
  batchSize: 2,
  optimizer: {
    name: "sgd",
    learningRate: 0.5,
    learningRateDecay: 1.5,
    minLearningRate: 0.01,
    momentum: 0.5,
  },
  weightDecay: 0.125,
  seed: 3,
  epochs: 3,
};

Deno.test("train() resumes a state with the names of an earlier version, and ends with the same bits", async () => {
  using whole = await train(family, data, OPTIONS);
  using resumed = await train(family, data, { ...OPTIONS, resume: loadCheckpoint(OLD) });
  assertEquals(resumed.tensors(), whole.tensors());
  // the final state of that version
  assertEquals([...resumed.tensors().b.data], [-0.07412556558847427, 0.07412556558847427]);
  const other = { ...OPTIONS, weightDecay: 0.25, resume: loadCheckpoint(OLD) };
  await assertRejects(() => train(family, data, other), InputError, "which differs in recipe");
});

Deno.test("train() refuses every kind of damaged state, and ends", async () => {
  const validation = data;
  let state: Uint8Array = new Uint8Array();
  const options = {
    ...OPTIONS,
    validation,
    onCheckpoint: (checkpoint: Checkpoint) => void (state = saveCheckpoint(checkpoint)),
  };
  using _ = await train(family, data, { ...options, epochs: 2 });
  // the error is not that of the checksum
  const { tensors, metadata } = readChecked("read", state);
  const position = JSON.parse(metadata.position);
  const refuse = async (bytes: Uint8Array, sentence: string) => {
    const run = async () =>
      await train(family, data, { ...OPTIONS, validation, resume: loadCheckpoint(bytes) });
    const { code } = await assertRejects(run, InputError, `Cannot resume training: ${sentence}`);
    assertEquals(code, "format");
  };
  const wrong: Record<string, unknown[]> = {
    stepInEpoch: [-1e15, -1, "x", null, 0.5, 3, 1e300],
    step: [-1, "x", null, 5, undefined],
    history: [
      { length: -1e15 },
      "abc",
      null,
      [1],
      [{}],
      [null],
      [{ loss: "x" }, { loss: 1 }],
      [{ loss: 1 }, { loss: 1, validationError: "x" }],
      [{ loss: 1, monitored: [] }, { loss: 1 }],
    ],
    lossSum: [null, "x", undefined],
    best: [1, null, {}, { epoch: 0, error: 0 }, { epoch: 3, error: 0 }, { epoch: 1, error: "x" }],
  };
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      const text = JSON.stringify({ ...position, [key]: value });
      await refuse(
        writeChecked(tensors, { ...metadata, position: text }),
        `${key} of its checkpoint's position`,
      );
    }
  }
  for (const text of ["", "{", "[]", "null", "1"]) {
    await refuse(writeChecked(tensors, { ...metadata, position: text }), "its checkpoint has no position");
    await refuse(writeChecked(tensors, { ...metadata, setup: text }), "its checkpoint has no setup");
  }
  for (const part of ["setup", "position"]) {
    const resume = { ...loadCheckpoint(state), [part]: null } as unknown as Checkpoint;
    const run = () => train(family, data, { ...OPTIONS, validation, resume });
    const { code, reason } = await assertRejects(run, InputError);
    assertEquals([code, reason], ["format", `its checkpoint has no ${part}`]);
  }
  const { W: _W, ...rest } = tensors;
  await refuse(writeChecked(rest, metadata), "its checkpoint lacks W");
  const { "best.W": _best, ...others } = tensors;
  await refuse(writeChecked(others, metadata), "its checkpoint lacks best.W");
  const long = { shape: [5], data: new Float32Array(5) };
  await refuse(
    writeChecked({ ...tensors, W: long }, metadata),
    "W in its checkpoint is not 4 finite float32",
  );
  const whole = { shape: [2, 2], data: new Int32Array(4) };
  await refuse(
    writeChecked({ ...tensors, W: whole }, metadata),
    "W in its checkpoint is not 4 finite float32",
  );
});

Deno.test("loadCheckpoint() refuses a file of which any bit is another", async () => {
  let state: Uint8Array<ArrayBuffer> = new Uint8Array();
  const options = {
    ...OPTIONS,
    onCheckpoint: (checkpoint: Checkpoint) => void (state = saveCheckpoint(checkpoint)),
  };
  using _ = await train(family, data, { ...options, epochs: 1 });
  const header = new DataView(state.buffer).getUint32(0, true) + 8;
  // the last bit of numbers of each tensor, which stay finite
  for (let at = header; at < state.length; at += 4) {
    const damaged = state.slice();
    damaged[at] ^= 1;
    const { code, action } = assertThrows(
      () => loadCheckpoint(damaged),
      InputError,
      "does not fit its checksum",
    );
    assertEquals([code, action], ["format", "resume training"]);
  }
  // another position, of the same length
  const at = new TextDecoder("latin1").decode(state).search(/(?<=loss\\":0\.)\d/);
  const damaged = state.map((byte, i) => i === at ? byte ^ 1 : byte);
  assertThrows(() => loadCheckpoint(damaged), InputError, "does not fit its checksum");
});

Deno.test("train() knows its examples by their content, to the last bit, and by each label and class", async () => {
  let state: Uint8Array = new Uint8Array();
  const start = {
    ...OPTIONS,
    epochs: 1,
    onCheckpoint: (checkpoint: Checkpoint) => void (state = saveCheckpoint(checkpoint)),
  };
  using _ = await train(family, data, start);
  const { train: content } = JSON.parse(readSafetensors(state).metadata.setup);
  assert(/^[0-9a-f]{64}$/.test(content), content);
  const others = [
    { ...data, x: matrix(4, 2, data.x.data.map((value, i) => i === 5 ? value * (1 + 2 ** -23) : value)) },
    { ...data, labels: Int32Array.of(0, 1, 1, 1) },
  ];
  for (const other of others) {
    const run = () => train(family, other, { ...OPTIONS, resume: loadCheckpoint(state) });
    await assertRejects(run, InputError, "which differs in train");
  }
});
