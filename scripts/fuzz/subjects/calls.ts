/** Public functions, one argument or part of one replaced by a value that it should not be. @module */

import fc from "fast-check";
import * as gibbon from "../../../src/mod.ts";
import { type Subject, subject } from "../subject.ts";

const { batch, heads, matrix, model, softmaxLinear } = gibbon;

/** Scores or gradients of `value`, whatever is asked. */
const filled = (cols: number, value: number) => (x: gibbon.Matrix) =>
  matrix(x.rows, cols, new Float32Array(x.rows * cols).fill(value));

const falseModel = (parts: object) => () => ({
  ...{ inputs: 3, classes: 2, head: heads.softmax, scores: filled(2, 0), inputGradient: filled(3, 0) },
  ...parts,
});

/** Invalid models, and models with impossible answers. */
const FALSE_MODELS: Readonly<Record<string, () => unknown>> = {
  "only inputs": () => ({ inputs: 3 }),
  "no scores": falseModel({ scores: undefined }),
  "no head": falseModel({ head: undefined }),
  "other head": falseModel({ head: {} }),
  "no classes": falseModel({ classes: undefined }),
  "half a class": falseModel({ classes: 0.5 }),
  "flat": falseModel({}),
  "NaN scores": falseModel({ scores: filled(2, NaN) }),
  "∞ scores": falseModel({ scores: filled(2, Infinity) }),
  "wide scores": falseModel({ scores: filled(5, 1) }),
  "scores of one row": falseModel({ scores: () => matrix(1, 2) }),
  "no matrix": falseModel({ scores: () => [1, 2] }),
  "no answer": falseModel({ scores: () => undefined }),
  "promise": falseModel({ scores: () => Promise.resolve(matrix(2, 2)) }),
  "NaN gradient": falseModel({ inputGradient: filled(3, NaN) }),
  "wide gradient": falseModel({ inputGradient: filled(7, 1) }),
  "no gradient": falseModel({ inputGradient: () => undefined }),
};

/** Values by name; the corpus stores these names. */
const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "null": () => null,
  "true": () => true,
  "NaN": () => NaN,
  "∞": () => Infinity,
  "−∞": () => -Infinity,
  "0": () => 0,
  "−1": () => -1,
  "0.5": () => 0.5,
  "1e308": () => 1e308,
  "5e−324": () => 5e-324,
  "2^31": () => 2 ** 31,
  "2^53": () => 2 ** 53,
  "1n": () => 1n,
  "empty text": () => "",
  "text": () => "\u001b[31mx\n",
  "long text": () => "a".repeat(5000),
  "__proto__": () => "__proto__",
  "symbol": () => Symbol("x"),
  "empty list": () => [],
  "list of NaN": () => [NaN, NaN],
  "holes": () => new Array(3),
  "length": () => ({ length: 1e9 }),
  "empty object": () => ({}),
  "no prototype": () => Object.create(null),
  "function": () => () => 1,
  "date": () => new Date(NaN),
  "bytes": () => new Uint8Array(3),
  "floats": () => new Float32Array(0),
  "buffer": () => new ArrayBuffer(8),
  "empty matrix": () => matrix(0, 3),
  "other matrix": () => matrix(2, 5),
  "NaN matrix": () => matrix(2, 3, Array(6).fill(NaN)),
  "huge matrix": () => matrix(2, 3, Array(6).fill(3e38)),
  "false matrix": () => ({ rows: 1e9, cols: 3, data: new Float32Array(6) }),
  "box without gradients": () => ({ inputs: 3, classes: 2, head: heads.softmax, scores: linear.scores }),
  "slow box": () => ({
    inputs: 3,
    classes: 2,
    head: heads.softmax,
    scores: (x: gibbon.Matrix) => Promise.resolve(linear.scores(x)),
  }),
  "false batch": () => ({ x: matrix(2, 3), labels: Int32Array.of(9, -5), classes: 2 }),
  ...FALSE_MODELS,
};

/** Those that ask for more work than a second's, where a number is that of steps or samples. */
const WORK =
  /iterations|steps|epochs|samples|restarts|attempts|refinements|halvings|selection|targets|train$|test$/i;
const LARGE = ["2^31", "2^53", "1e308"];

const X = () => matrix(2, 3, [0, 0.5, 1, 1, 0.25, 0]);
const examples = () => batch({ x: X(), labels: [0, 1] });
const linear = model(softmaxLinear({ inputs: 3, classes: 2 }), {
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

type Call = (...args: never[]) => unknown;

const attacking: Record<string, () => unknown[]> = Object.fromEntries(
  Object.keys(gibbon.attacks).map((name) => [name, () => [linear, examples(), {
    ...{ epsilon: 0.1, bounds: [0, 1], fixed: [0], grid: undefined, target: undefined, seed: 1 },
    ...(/^(fgsm|signNoise|uniformNoise|rotation)$/.test(name) ? {} : { iterations: 2 }),
    ...(name === "pgd" ? { iterations: undefined, steps: 2 } : {}),
  }]]),
);

/** Arguments that each function takes. */
const ARGUMENTS: Readonly<Record<string, () => unknown[]>> = {
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

/** A function, the place in its arguments where something else stands, and what. */
export interface HostileCall {
  readonly name: string;
  readonly place: readonly (string | number)[];
  readonly value: string;
}

/** Places in `value` down to parts of options, models and numbers of lists aside. */
function placesIn(value: unknown, depth = 0): (string | number)[][] {
  if (depth === 4 || typeof value !== "object" || value === null) return [[]];
  if (ArrayBuffer.isView(value)) return value.byteLength === 0 ? [[]] : [[], [0]];
  if ("scores" in value || "shapes" in value || value instanceof ArrayBuffer) return [[]];
  const parts = Object.keys(value).map((key) => Array.isArray(value) ? Number(key) : key);
  const below = parts.flatMap((key) =>
    placesIn(value[key as keyof typeof value], depth + 1).map((place) => [key, ...place])
  );
  return depth === 0 ? below : [[], ...below];
}

/** What stands at `place` in the arguments of `name`: a number of no list of whole ones, a matrix, a model, or something else. */
export function kindAt(name: string, place: HostileCall["place"]): "number" | "matrix" | "model" | "other" {
  let value: unknown = ARGUMENTS[name](), holder: unknown;
  for (const key of place) [holder, value] = [value, (value as Record<string | number, unknown>)[key]];
  // a typed array of whole numbers makes 0 of NaN
  if (typeof value === "number") {
    return holder instanceof Int32Array || holder instanceof Uint8Array ? "other" : "number";
  }
  if (typeof value !== "object" || value === null) return "other";
  return "scores" in value ? "model" : "rows" in value && "data" in value ? "matrix" : "other";
}

/** All calls of which one thing is wrong. */
export const CALLS: readonly HostileCall[] = Object.entries(ARGUMENTS).flatMap(([name, args]) =>
  placesIn(args()).flatMap((place) =>
    Object.keys(HOSTILE)
      .filter((value) => !(WORK.test(place.join(".")) && LARGE.includes(value)))
      // its defaults are more than a second's work
      .filter((value) => name !== "digits" || place.length > 1 && value !== "undefined")
      .map((value) => ({ name, place, value }))
  )
);

/** `value` with what stands at `place` replaced. */
function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (ArrayBuffer.isView(value)) {
    const copy = (value as Float32Array).slice();
    try {
      copy[key as number] = by as number;
    } catch {
      // what a typed array does not take
    }
    return copy;
  }
  const copy = (Array.isArray(value) ? [...value] : { ...value as object }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const isGenerator = (value: unknown): value is Generator =>
  typeof value === "object" && value !== null && Symbol.iterator in value && "next" in value;

/** Public functions whose arguments cannot be wrong, are other functions of the library, or are checked by whoever calls them. */
const EXEMPT = [
  ...["init", "kernels", "threads", "InputError", "defineFamily", "makeAttack"],
  ...["misclassified", "targeted", "fillNormal", "fillUniform"],
];

/** Public functions that this file has no arguments for, and arguments of what is no public function. */
export const uncovered: readonly string[] = [
  ...Object.keys(ARGUMENTS).filter((name) => !Object.hasOwn(gibbon, name)),
  ...Object.entries(gibbon)
    .filter(([name, value]) =>
      typeof value === "function" && !Object.hasOwn(ARGUMENTS, name) && !EXEMPT.includes(name)
    )
    .map(([name]) => name),
];

/** The public functions. */
export const calls: Subject = subject({
  name: "calls",
  // calls are not shrunk
  inputs: fc.noShrink(fc.constantFrom(...CALLS)),
  async run({ name, place, value }: HostileCall) {
    const args = replaced(ARGUMENTS[name](), place, HOSTILE[value]()) as never[];
    const call = (gibbon as unknown as Record<string, Call>)[name];
    const result = await call(...args);
    if (isGenerator(result)) { for (const _ of result); }
    if (name === "train" || name === "model" || name === "loadModel") {
      (result as Disposable)[Symbol.dispose]();
    }
  },
});
