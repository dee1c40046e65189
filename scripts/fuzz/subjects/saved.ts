/** What was saved: models, graphs, states of training, gates. @module */

import fc from "fast-check";
import {
  batch,
  families,
  loadCheckpoint,
  loadModel,
  matrix,
  model,
  saveCheckpoint,
  saveModel,
  softmaxLinear,
  train,
  writeSafetensors,
} from "../../../src/mod.ts";
import { familyNamed, optionsOf } from "../../../src/models/families.ts";
import { checkGraph, type Graph } from "../../../src/graph/graph.ts";
import * as ops from "../../../src/ops/mod.ts";
import { checkComparable, compared } from "../../../src/evaluate/baseline.ts";
import { readBaseline } from "../../../src/evaluate/read_baseline.ts";
import { checkSteps } from "../../../src/evaluate/check.ts";
import { runSteps } from "../../../src/evaluate/outcomes.ts";
import { readGate } from "../../../src/evaluate/read_gate.ts";
import { GATE, type Gate } from "../../../src/evaluate/gate.ts";
import { trialsOf } from "../../../src/evaluate/trials.ts";
import { joined, mutatedBytes } from "../bytes.ts";
import { mutatedJson } from "../json.ts";
import { type Subject, subject } from "../subject.ts";

const INPUTS = 3, CLASSES = 2;

/** Small sizes of what families are large in. */
const SMALL: Readonly<Record<string, unknown>> = {
  ...{ units: [2], hidden: 2, pieces: 2, connections: 2, iterations: 1 },
};

/** Files of a small model of each family. */
export const MODELS: readonly Uint8Array[] = Object.keys(families).map((name) => {
  const sizes = optionsOf(name, { inputs: INPUTS, classes: CLASSES });
  const { options } = families[name as keyof typeof families] as { options: object };
  const own = Object.fromEntries(Object.entries(SMALL).filter(([key]) => Object.hasOwn(options, key)));
  using made = model(familyNamed(name, { ...sizes, ...own } as never));
  return saveModel(made);
});

const GRAPHS: readonly Graph[] = [
  ...Object.keys(families).slice(0, 4).map((_, i) => {
    using made = loadModel(MODELS[i]);
    return JSON.parse(JSON.stringify(made.graph)) as Graph;
  }),
  {
    input: 2,
    nodes: [{
      id: "z",
      op: "linear",
      from: ["input"],
      tensors: { W: "W", b: "b" },
      attributes: { outputs: [2] },
    }],
    head: "softmax",
  },
];

/** Members of a header's metadata that are JSON again. */
const NESTED = ["config", "graph", "recipe", "history", "position", "setup", "reading"];

/** A safetensors file as its header, with what is nested in it opened, and its data. */
function opened(file: Uint8Array): [header: unknown, data: Uint8Array] {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const metadata = { ...header.__metadata__ };
  for (const key of NESTED) if (key in metadata) metadata[key] = JSON.parse(metadata[key]);
  return [{ ...header, __metadata__: metadata }, file.subarray(8 + length)];
}

function closed(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { __metadata__: metadata } = (header ?? {}) as { __metadata__?: Record<string, unknown> };
  const texts = typeof metadata !== "object" || metadata === null ? metadata : Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      typeof value === "string" || !NESTED.includes(key) ? value : JSON.stringify(value) ?? "",
    ]),
  );
  const whole = typeof header === "object" && header !== null && !Array.isArray(header) && texts !== undefined
    ? { ...header, __metadata__: texts }
    : header;
  const text = new TextEncoder().encode(JSON.stringify(whole));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return joined(size, text, data);
}

/** Files a few edits away from `files`, in their header's members or in their bytes. */
export function mutatedFile(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const byMember = files.map((file) => {
    const [header, data] = opened(file);
    return mutatedJson([header]).map((each) => closed(each, data));
  });
  return fc.oneof({ arbitrary: fc.oneof(...byMember), weight: 3 }, {
    arbitrary: mutatedBytes(files),
    weight: 1,
  });
}

const DATA = batch({
  x: matrix(4, INPUTS, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((v) => v / 12)),
  labels: [0, 1, 0, 1],
});

const HOW = { epochs: 2, batchSize: 2, seed: 1 };

const STATES: Uint8Array[] = [];
for (const validation of [undefined, DATA]) {
  (await train(softmaxLinear({ inputs: INPUTS, classes: CLASSES }), DATA, {
    ...HOW,
    validation,
    onCheckpoint: (checkpoint) => void STATES.push(saveCheckpoint(checkpoint)),
  }))[Symbol.dispose]();
}

export const GATES: readonly Partial<Gate>[] = [
  {
    ...GATE,
    thresholds: [{ on: "clean", errorRate: 0.1 }, { on: "fgsm", epsilon: 0.25, errorOverNoise: 0.5 }],
  },
  {
    attacks: [{ attack: "pgd", name: "long", steps: 3, restarts: 2 } as never, "rotation"],
    epsilons: [0.1, 0.2],
    bounds: [0, 1],
    seed: 3,
    perClass: true,
    fixed: [0],
    grid: 4,
    oneHot: [[1, 2]],
    thresholds: [{ on: "long", confidenceOnErrors: 0.9 }, { on: "long", noWorse: 0.05 }],
  },
];

/** A gate to compare by, and the report of a check by it. */
const PAIRED: Gate = {
  ...GATE,
  effort: "quick",
  attacks: ["signNoise"],
  thresholds: [{ on: "attacked", noWorse: 0.5 }, { on: "signNoise", noWorse: 0.5 }],
};
const linear = model(softmaxLinear({ inputs: INPUTS, classes: CLASSES }));
const NAMES = { model: "linear", data: "four" };
const { report } = runSteps(checkSteps(linear, DATA, { ...PAIRED, thresholds: [] }, NAMES));
const REPORT = JSON.parse(JSON.stringify({ ...report, sha256: { model: "m", data: "d" } }));

/** What graphs are computed for: those of few weights. */
export const FEW_WEIGHTS = 1e5;

/** The readers of what was saved. */
export const saved: readonly Subject[] = [
  subject({
    name: "model",
    inputs: mutatedFile(MODELS),
    size: (bytes: Uint8Array) => bytes.length,
    run(bytes: Uint8Array) {
      using read = loadModel(bytes);
      read.scores(matrix(2, read.inputs));
      saveModel(read);
    },
  }),
  subject({
    name: "state",
    inputs: mutatedFile(STATES),
    size: (bytes: Uint8Array) => bytes.length,
    async run(bytes: Uint8Array) {
      const resume = loadCheckpoint(bytes);
      const validation = resume.setup.validation === undefined ? undefined : DATA;
      const family = softmaxLinear({ inputs: INPUTS, classes: CLASSES });
      using _ = await train(family, DATA, { ...HOW, validation, resume });
    },
  }),
  subject({
    name: "graph",
    inputs: mutatedJson(GRAPHS),
    run(graph: unknown) {
      const { shapes } = checkGraph(graph as Graph, ops);
      const weights = Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
      if (weights > FEW_WEIGHTS) return;
      using made = model(graph as Graph);
      made.scores(matrix(1, made.inputs));
    },
  }),
  subject({
    name: "gate",
    inputs: mutatedJson(GATES),
    run: (gate: unknown) => trialsOf({ ...GATE, ...readGate(gate) }, INPUTS),
  }),
  subject({
    name: "baseline",
    inputs: mutatedJson([REPORT]),
    run(value: unknown) {
      const baseline = readBaseline(value, "d");
      for (const { on, epsilon } of report.outcomes) checkComparable({ on, epsilon }, 0.5, baseline, report);
      compared(baseline, report, 0.5);
    },
  }),
  subject({
    name: "writing",
    inputs: mutatedJson([{ x: { shape: [1, 2], data: [0, 1] } }]),
    run: (tensors: unknown) => writeSafetensors(tensors as never),
  }),
];
