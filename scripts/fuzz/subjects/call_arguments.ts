/** Arguments that each public function takes. @module */

import * as gibbon from "../../../src/mod.ts";

const { batch, heads, matrix, model, softmaxLinear } = gibbon;

const X = () => matrix(2, 3, [0, 0.5, 1, 1, 0.25, 0]);
const examples = () => batch({ x: X(), labels: [0, 1] });
/** A linear model. */
export const linear = model(softmaxLinear({ inputs: 3, classes: 2 }), {
  tensors: {
    W: { shape: [2, 3], data: Float32Array.of(1, -1, 0.5, -1, 1, 0.25) },
    b: { shape: [2], data: new Float32Array(2) },
  },
});
const own = () => ({
  inputs: 3,
  classes: 2,
  head: heads.softmax,
  scores: (x: gibbon.Matrix) => linear.scores(x),
  inputGradient: ((x, dScores) => linear.inputGradient(x, dScores)) as typeof linear.inputGradient,
});
let checkpoint: gibbon.Checkpoint;
await gibbon.train(linear.family, examples(), {
  epochs: 1,
  onCheckpoint: (made) => void (checkpoint = made),
});

const attacking: Record<string, () => unknown[]> = Object.fromEntries(
  Object.keys(gibbon.attacks).map((name) => [name, () => [linear, examples(), {
    ...{ epsilon: 0.1, bounds: [0, 1], fixed: [0], grid: undefined, target: undefined, seed: 1 },
    ...(/^(fgsm|signNoise|uniformNoise|rotation)$/.test(name) ? {} : { iterations: 2 }),
    ...(name === "pgd" ? { iterations: undefined, steps: 2 } : {}),
  }]]),
);

/** Arguments that each function takes. */
export const ARGUMENTS: Readonly<Record<string, () => unknown[]>> = {
  ...Object.fromEntries(
    Object.entries(attacking).map(([name, args]) => [name, () => {
      const [target, data, options] = args() as [unknown, unknown, Record<string, unknown>];
      return [
        target,
        data,
        Object.fromEntries(Object.entries(options).filter(([, each]) => each !== undefined)),
      ];
    }]),
  ),
  agreement: () => [Int32Array.of(0, 1), Int32Array.of(1, 1), { labels: Int32Array.of(0, 1) }],
  alongLine: () => [linear, matrix(1, 3), { direction: matrix(1, 3), epsilons: [0, 1] }],
  batch: () => [{ x: X(), labels: [0, 1], classes: 2, classNames: ["a", "b"] }],
  certificates: () => [linear, examples(), { epsilon: 0.1, norm: "Linf", bounds: [0, 1], method: "auto" }],
  certifiedRadius: () => [linear, examples(), { max: 1, halvings: 3, norm: "Linf" }],
  certify: () => [linear, examples(), { epsilon: 0.1, norm: "Linf", bounds: [0, 1], method: "auto" }],
  classRbm: () => [{ inputs: 3, classes: 2, units: 2 }],
  cnn: () => [{ inputs: 4, classes: 2, image: [1, 2, 2], channels: [2], kernel: 2, pool: 2, units: [2] }],
  confident: () => [0.5],
  confidentIn: () => [1, 0.5],
  constraint:
    () => [3, { epsilon: 0.1, norm: "Linf", bounds: [0, 1], fixed: [0], grid: 255, oneHot: [[1, 2]] }],
  convMaxout: () => [{ inputs: 4, classes: 2, channels: [2], pieces: 2, kernel: 2, pool: 2 }],
  csvBatch: () => ["0,1\n1,2\n", { label: 0, header: "no", index: "none", separator: "comma" }],
  deepRbf: () => [{ inputs: 3, classes: 2, units: [2] }],
  differentiable: () => [gibbon.rotation, { epsilon: 0.1 }],
  digits: () => [{ seed: 1, train: 2, test: 2 }],
  directedRubbish: () => [linear, { samples: 2, target: 0, epsilon: 0.1, attempts: 1 }],
  ensemble: () => [[linear, own()], { rule: "scores" }],
  familyNamed: () => ["maxout", { inputs: 3, classes: 2, units: [2], pieces: 2 }],
  httpClassifier:
    () => [{ url: "http://127.0.0.1:9/", inputs: 3, classes: 2, answers: "scores", retries: 0 }],
  idxBatch: () => [{ shape: [2, 3], data: new Uint8Array(6) }, { shape: [2], data: Uint8Array.of(0, 1) }],
  loadCheckpoint: () => [gibbon.saveCheckpoint(checkpoint!)],
  loadModel: () => [gibbon.saveModel(linear)],
  logistic: () => [{ inputs: 3 }],
  losses: () => [linear, examples()],
  lossGradient: () => [linear, examples()],
  matrix: () => [2, 2, [1, 2, 3, 4]],
  maxout: () => [{ inputs: 3, classes: 2, units: [2], pieces: 2 }],
  measure: () => [own(), examples()],
  measureRubbish: () => [gibbon.rubbish(linear, { samples: 2 })],
  mlp: () => [{ inputs: 3, classes: 2, units: [2] }],
  model: () => [softmaxLinear({ inputs: 3, classes: 2 }), { tensors: linear.tensors(), seed: 1, record: {} }],
  mpDbm: () => [{ inputs: 3, classes: 2, units: [2], iterations: 1 }],
  npyBatch: () => [{ shape: [2, 3], data: new Float32Array(6) }, { shape: [2], data: Int32Array.of(0, 1) }],
  perturbation: () => [gibbon.fgsm, { epsilon: 0.1, bounds: [0, 1] }],
  preprocessed: () => [linear, { scale: 0.5, mean: [1], std: [2, 2, 2] }],
  predict: () => [own(), X()],
  predictAsync: () => [own(), X()],
  rbf: () => [{ inputs: 3, classes: 2 }],
  readIdx: () => [new Uint8Array(4)],
  readNpy: () => [new Uint8Array(4)],
  readSafetensors: () => [gibbon.saveModel(linear)],
  rng: () => [1],
  robustness: () => [linear, examples(), { epsilons: [0.1], norm: "Linf", effort: "quick", seed: 1 }],
  rubbishRadii: () => [model(gibbon.rbf({ inputs: 3, classes: 2 })), X(), { bounds: [0, 1] }],
  rubbishClass: () => [{ mean: 0, std: 1 }],
  rubbish: () => [linear, { samples: 2, seed: 1, mean: 0, std: 1, threshold: 0.5 }],
  saveCheckpoint: () => [checkpoint!],
  saveModel: () => [linear],
  scaled: () => [X(), { kind: "standard", offset: [0, 0, 0], divisor: [1, 1, 1] }],
  select: () => [examples(), [0, 1]],
  slice: () => [examples(), 0, 1],
  smoothing: () => [linear, examples(), { samples: 10, selection: 5, std: 0.1, alpha: 0.1, seed: 1 }],
  softmaxLinear: () => [{ inputs: 3, classes: 2 }],
  sweep: () => [linear, examples(), { attack: gibbon.fgsm, epsilons: [0.1, 0.2] }],
  train: () => [softmaxLinear({ inputs: 3, classes: 2 }), examples(), {
    ...{
      epochs: 1,
      batchSize: 2,
      seed: 1,
      learningRate: 0.1,
      weightDecay: 0,
      validation: examples(),
      patience: 2,
    },
  }],
  transfer: () => [[linear, own()], examples(), { attack: gibbon.fgsm, epsilon: 0.1 }],
  trades: () => [{ beta: 6 }],
  transferAttack: () => [[linear], gibbon.fgsm, {}],
  universal: () => [linear, examples(), { epsilon: 0.1, norm: "Linf", bounds: [0, 1], iterations: 2 }],
  withPerturbation: () => [examples(), matrix(1, 3)],
  writeSafetensors: () => [{ x: { shape: [2], data: new Float32Array(2) } }, { format: "x" }],
};
