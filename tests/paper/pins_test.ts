import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { lbfgs } from "../../src/attacks/lbfgs.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { pgd } from "../../src/attacks/pgd.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import { rotation } from "../../src/attacks/rotation.ts";
import { rubbish } from "../../src/attacks/rubbish.ts";
import { universal } from "../../src/attacks/universal.ts";
import type { Batch } from "../../src/data/batch.ts";
import { predict } from "../../src/predict.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { ensemble } from "../../src/models/ensemble.ts";
import type { Model } from "../../src/models/model.ts";
import { inFloat32 } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { members } from "../../src/paper/recipes/ensemble.ts";
import { rng } from "../../src/rng.ts";
import { init } from "../../src/runtime/variants.ts";
import { assertDrawable } from "./drawable.ts";
import { alongLine, directedRates, EPSILONS, FIGURES, whereBothErr } from "./figures.ts";
import {
  answer,
  argmax,
  asBatch,
  attacked,
  backward,
  confidenceOf,
  doubles,
  errorOf,
  firstLayer,
  forward,
  mean,
  probabilities,
  type Row,
  type Rows,
  share,
  step,
  type World,
  worldFor,
} from "./reference.ts";

init({ kernels: "baseline" });

/** What each measurement behind a claim must be, computed from the models and the examples alone. */
type Pins = Readonly<Record<string, (world: World) => number>>;

const FLOAT32 = { float32: true };
const take = ({ x, y }: Rows, count: number): Rows => ({ x: x.slice(0, count), y: y.slice(0, count) });

/** The rows of an attack of the library. */
const rowsOf = ({ x, labels }: { x: Parameters<typeof doubles>[0]; labels: Int32Array }): Rows => ({
  x: doubles(x),
  y: Array.from(labels),
});

const drawn = new WeakMap<World, Map<string, Row[]>>();

/** The probabilities that a model gives to each of 10,000 draws. */
function onNoise(world: World, name: string): Row[] {
  if (!drawn.has(world)) drawn.set(world, new Map());
  const kept = drawn.get(world)!;
  if (!kept.has(name)) {
    const { x } = rubbish(world.of(name), { seed: world.context.seed, samples: 10000 });
    kept.set(name, doubles(x).map((row) => probabilities(world.of(name), row)));
  }
  return kept.get(name)!;
}

/** Error and confidence of a model under its own attack, and on rubbish. */
function standing(prefix: string, name: string): Pins {
  const noise = (world: World) => onNoise(world, name).map((p) => Math.max(...p));
  return {
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(name), test),
    [`${prefix}.clean.confidence`]: ({ of, test }) => confidenceOf(of(name), test),
    [`${prefix}.fgsm.error`]: ({ of, test }) => errorOf(of(name), attacked(of(name), test)),
    [`${prefix}.fgsm.confidence`]: ({ of, test }) =>
      confidenceOf(of(name), attacked(of(name), test), { onMistakes: true }),
    [`${prefix}.fgsm in float32.error`]: ({ of, test }) =>
      errorOf(of(name), attacked(of(name), test, 0.25, FLOAT32)),
    [`${prefix}.fgsm in float32.confidence`]: ({ of, test }) =>
      confidenceOf(of(name), attacked(of(name), test, 0.25, FLOAT32), { onMistakes: true }),
    [`${prefix}.rubbish.error`]: (world) => share(noise(world).map((p) => p > 0.5)),
    [`${prefix}.rubbish.confidence`]: (world) => 100 * mean(noise(world).filter((p) => p > 0.5)),
  };
}

/** Those of a family whose gradient is not computed again here: the library's attack, measured by plain loops. */
function byLibrary(prefix: string, name: string): Pins {
  const moved = ({ of, test }: World, gradient?: "float32") =>
    rowsOf(fgsm(of(name), asBatch(test), { epsilon: 0.25, gradient }));
  return {
    [`${prefix}.fgsm in float32.error`]: (world) => errorOf(world.of(name), moved(world, "float32")),
    [`${prefix}.fgsm in float32.confidence`]: (world) =>
      confidenceOf(world.of(name), moved(world, "float32"), { onMistakes: true }),
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(name), test),
    [`${prefix}.clean.confidence`]: ({ of, test }) => confidenceOf(of(name), test),
    [`${prefix}.fgsm.error`]: (world) => errorOf(world.of(name), moved(world)),
    [`${prefix}.fgsm.confidence`]: (world) =>
      confidenceOf(world.of(name), moved(world), { onMistakes: true }),
  };
}

/** Logistic regression's examples: 3 as class 0, 7 as class 1. */
function threesAndSevens({ x, y }: Rows): Rows {
  const own = y.flatMap((label, i) => label === 3 || label === 7 ? [i] : []);
  return { x: own.map((i) => x[i]), y: own.map((i) => y[i] === 7 ? 1 : 0) };
}

/** ε with the weights' signs summed over classes: ε·m·n of softmax regression. */
function growth(of: Model): number {
  const { data, shape: [classes] } = of.tensors().W;
  return 0.25 * Array.from(data).reduce((sum, w) => sum + Math.abs(w), 0) / classes;
}

/** Softmax regression on images of fewer pixels, each the mean of a square. */
function pooledPins(name: string, side: number): Pins {
  const small = ({ test: { x, y } }: World): Rows => {
    const across = 28 / side;
    const pixel = (row: Row, i: number) => {
      const [top, left] = [side * Math.floor(i / across), side * (i % across)];
      const square = Array.from(
        { length: side * side },
        (_, k) => row[(top + Math.floor(k / side)) * 28 + left + k % side],
      );
      return mean(square);
    };
    return { x: x.map((row) => Array.from({ length: across ** 2 }, (_, i) => pixel(row, i))), y };
  };
  const prefix = `linear.trained on ${(28 / side) ** 2}`;
  return {
    [`${prefix}.growth`]: ({ of }) => growth(of(name)),
    [`${prefix}.mean weight`]: ({ of }) => growth(of(name)) / 0.25 / (28 / side) ** 2,
    [`${prefix}.clean.error`]: (world) => errorOf(world.of(name), small(world)),
    [`${prefix}.fgsm.error`]: (world) => errorOf(world.of(name), attacked(world.of(name), small(world))),
  };
}

/** Spread and participation of the first layer's filters, as figure 3 is judged. */
function filters(of: Model) {
  const { data, shape } = of.tensors()["layer0.W"];
  const [inputs, side] = [shape[2], Math.sqrt(shape[2])];
  const each = Array.from({ length: data.length / inputs }, (_, f) => {
    const energy = Array.from(data.subarray(f * inputs, (f + 1) * inputs), (w) => w * w);
    const total = energy.reduce((a, b) => a + b);
    const row = (i: number) => Math.floor(i / side), col = (i: number) => i % side;
    const center = (of: (i: number) => number) => energy.reduce((sum, e, i) => sum + e * of(i), 0) / total;
    const [r, c] = [center(row), center(col)];
    const variance = center((i) => (row(i) - r) ** 2 + (col(i) - c) ** 2);
    return { spread: Math.sqrt(variance), used: total ** 2 / energy.reduce((s, e) => s + e * e, 0) / inputs };
  });
  return { spread: mean(each.map(({ spread }) => spread)), used: mean(each.map(({ used }) => used)) };
}

/** Answers of models to one set of adversarial examples made against maxout. */
function agreementPins(suffix: string, options: { float32?: boolean }): Pins {
  const answers = ({ of, test }: World) => {
    const { x, y } = attacked(of("maxout"), test, 0.25, options);
    const said = (name: string) => x.map((row) => answer(of(name), row));
    return { y, maxout: said("maxout"), softmax: said("softmax"), rbf: said("rbf") };
  };
  type Said = ReturnType<typeof answers>;
  const among =
    (holds: (s: Said, i: number) => boolean, of: (s: Said, i: number) => boolean) => (w: World) => {
      const said = answers(w);
      return share(said.y.flatMap((_, i) => of(said, i) ? [holds(said, i)] : []));
    };
  const wrong = (name: "maxout" | "softmax" | "rbf") => (s: Said, i: number) => s[name][i] !== s.y[i];
  const bothWrong =
    (a: "maxout" | "softmax" | "rbf", b: "maxout" | "softmax" | "rbf") => (s: Said, i: number) =>
      wrong(a)(s, i) && wrong(b)(s, i);
  return Object.fromEntries([
    ...(["softmax", "rbf"] as const).flatMap((name) => [
      [`agreement.${name}.on mistakes`, among((s, i) => s[name][i] === s.maxout[i], wrong("maxout"))],
      [
        `agreement.${name}.both wrong`,
        among((s, i) => s[name][i] === s.maxout[i], bothWrong("maxout", name)),
      ],
      [`agreement.${name}.error on mistakes`, among(wrong(name), wrong("maxout"))],
    ]),
    [
      "agreement.rbf with softmax.both wrong",
      among((s, i) => s.rbf[i] === s.softmax[i], bothWrong("softmax", "rbf")),
    ],
    [
      "agreement.where both err.rbf right",
      among((s, i) => s.rbf[i] === s.y[i], bothWrong("maxout", "softmax")),
    ],
    [
      "agreement.where both err.rbf as maxout",
      among((s, i) => s.rbf[i] === s.maxout[i], bothWrong("maxout", "softmax")),
    ],
  ].map(([id, pin]) => [`${id}${suffix}`, pin as (world: World) => number]));
}

/** Error of networks trained on something under their own attack, and on their own training examples. */
function controlPins(prefix: string, key: string): Pins {
  return {
    [`${prefix}.fgsm.error`]: ({ of, test }) => errorOf(of(key), attacked(of(key), test)),
    [`${prefix}.clean.error`]: ({ of, test }) => errorOf(of(key), test),
    [`${prefix}.training error`]: ({ of, train }) => errorOf(of(key), train),
    [`${prefix}.activation`]: ({ of, test }) =>
      Math.sqrt(mean(test.x.flatMap((row) => firstLayer(of(key), row).map((h) => h * h)))),
  };
}

/** Mean probabilities of twelve networks. */
const votes = ({ of }: World, row: Row) => {
  const each = Array.from({ length: 12 }, (_, m) => probabilities(of(`member${m + 1}`), row));
  return each[0].map((_, c) => mean(each.map((p) => p[c])));
};

/** One step against the loss of the mean probability. */
function ensembleStep({ of }: World, row: Row, y: number): Row {
  // ∇ of −log of the mean: the members' gradients, each weighted with its probability of the label
  let total = row.map(() => 0);
  for (let m = 1; m <= 12; m++) {
    const member = of(`member${m}`);
    const p = probabilities(member, row);
    const g = backward(member, row, p.map((value, c) => p[y] * (value - (c === y ? 1 : 0))));
    total = total.map((sum, i) => sum + g[i]);
  }
  return row.map((value, i) => value + 0.25 * Math.sign(total[i]));
}

const votedError = (world: World, { x, y }: Rows) =>
  share(x.map((row, i) => argmax(votes(world, row)) !== y[i]));

const votedConfidence = (world: World, { x, y }: Rows) =>
  100 * mean(x.flatMap((row, i) => {
    const p = votes(world, row);
    return argmax(p) !== y[i] ? [Math.max(...p)] : [];
  }));

function rSquared(points: readonly (readonly [number, number])[]): number {
  const [a, b] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const sum = (of: (x: number, y: number) => number) => points.reduce((s, [x, y]) => s + of(x - a, y - b), 0);
  return sum((x, y) => x * y) ** 2 / (sum((x) => x * x) * sum((_, y) => y * y));
}

/** What both ways find for the first two of each class that a network gets right, and how far they go. */
function lbfgsPins(prefix: string, name: string): Pins {
  const known = new WeakMap<World, ReturnType<typeof compute>>();
  const compute = ({ of, test: { x, y } }: World) => {
    const own = of(name);
    const chosen = Array.from(
      { length: 10 },
      (_, c) => y.flatMap((label, i) => label === c ? [i] : []).slice(0, 2),
    )
      .flat().filter((i) => answer(own, x[i]) === y[i]);
    const right = { x: chosen.map((i) => x[i]), y: chosen.map((i) => y[i]) };
    const found = lbfgs(own, asBatch(right), { epsilon: 10, targets: "runnerUp", refinements: 0 });
    const near = rowsOf(found);
    const length = (a: Row, b: Row) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
    return right.x.map((row, i) => {
      const misleads = (epsilon: number) => answer(own, step(own, row, right.y[i], epsilon)) !== right.y[i];
      const epsilon = Array.from({ length: 100 }, (_, k) => (k + 1) / 200).find(misleads);
      const isFound = answer(own, near.x[i]) !== right.y[i];
      return {
        ...{ isFound, epsilon, bySign: misleads(0.25), gradients: found.queries[i] - 1 },
        isBoth: isFound && epsilon !== undefined,
        distance: length(near.x[i], row),
        sign: length(step(own, row, right.y[i], epsilon ?? 0), row),
      };
    });
  };
  const all = (world: World) => {
    if (!known.has(world)) known.set(world, compute(world));
    return known.get(world)!;
  };
  const average = (of: (each: ReturnType<typeof compute>[number]) => number) => (world: World) =>
    mean(all(world).filter(({ isBoth }) => isBoth).map(of));
  const pins: Pins = {
    "found": (world) => share(all(world).map(({ isFound }) => isFound)),
    "sign step.found": (world) => share(all(world).map(({ bySign }) => bySign)),
    "distance": average(({ distance }) => distance),
    "sign step.distance": average(({ sign }) => sign),
    "sign step.epsilon": average(({ epsilon }) => epsilon!),
    "shorter": (world) => average(({ sign }) => sign)(world) / average(({ distance }) => distance)(world),
    "gradients": (world) => mean(all(world).map(({ gradients }) => gradients)),
  };
  return Object.fromEntries(Object.entries(pins).map(([id, pin]) => [`lbfgs.${prefix}.${id}`, pin]));
}

/** Mean of softplus of the negative margin after the attack, and the weights' sizes. */
function logisticPins(prefix: string, key: string): Pins {
  const weights = ({ of }: World) => Array.from(of(key).tensors().W.data);
  return {
    [`closed.${prefix}.fgsm.error`]: ({ of, test }) =>
      errorOf(of(key), attacked(of(key), threesAndSevens(test))),
    [`closed.${prefix}.clean.error`]: ({ of, test }) => errorOf(of(key), threesAndSevens(test)),
    [`closed.${prefix}.training error`]: ({ of, train }) => errorOf(of(key), threesAndSevens(train)),
    [`closed.${prefix}.weights`]: (world) => weights(world).reduce((sum, w) => sum + Math.abs(w), 0),
    [`closed.${prefix}.worst training loss`]: ({ of, train }) => {
      const { x, y } = attacked(of(key), threesAndSevens(train));
      return mean(x.map((row, i) => Math.log1p(Math.exp((y[i] === 1 ? -1 : 1) * forward(of(key), row)[0]))));
    },
  };
}

/** R² of each class's scores beyond ±2. */
const straightness = (world: World) => {
  const line = alongLine(world);
  return Array.from(
    { length: 10 },
    (_, c) =>
      [line.slice(240), line.slice(0, 161)].map((side) =>
        rSquared(side.map(({ epsilon, scores }) => [epsilon, scores[c]]))
      ),
  ).flat();
};

/** Perturbations of the attack on `name`. */
const perturbations = (of: Model, rows: Rows) =>
  attacked(of, rows).x.map((row, i) => row.map((value, j) => value - rows.x[i][j]));

/** Perturbations of other images, on one model. */
function universalPins(name: string): Pins {
  const moved = ({ x, y }: Rows, r: (i: number) => Row): Rows => ({
    x: x.map((row, i) => row.map((value, j) => value + r(i)[j])),
    y,
  });
  // half way around, where both ways meet
  const others = ({ of, test }: World) => {
    const r = perturbations(of(name), test);
    return moved(test, (i) => r[(i + 60) % 120]);
  };
  const average = ({ of, test, train }: World) => {
    const r = perturbations(of(name), take(train, test.x.length));
    return r[0].map((_, j) => mean(r.map((each) => each[j])));
  };
  const bySign = (world: World) => {
    const sign = average(world).map((value) => 0.25 * Math.sign(value));
    return moved(world.test, () => sign);
  };
  const pins: Pins = {
    "clean.error": ({ of, test }) => errorOf(of(name), test),
    "own.error": ({ of, test }) => errorOf(of(name), attacked(of(name), test)),
    "noise.error": ({ of, test }) =>
      errorOf(of(name), rowsOf(signNoise(of(name), asBatch(test), { epsilon: 0.25 }))),
    "another's.error": (world) => errorOf(world.of(name), others(world)),
    "another's.confidence": (world) => confidenceOf(world.of(name), others(world), { onMistakes: true }),
    "one image's.error": ({ of, test }) => {
      const r = perturbations(of(name), test);
      const first = Array.from({ length: 10 }, (_, c) => test.y.indexOf(c)).filter((i) => i >= 0);
      return mean(first.map((at) => errorOf(of(name), moved(test, () => r[at]))));
    },
    "mean.error": (world) => {
      const r = average(world);
      return errorOf(world.of(name), moved(world.test, () => r));
    },
    "sign of mean.error": (world) => errorOf(world.of(name), bySign(world)),
    "sign of mean.confidence": (world) => confidenceOf(world.of(name), bySign(world), { onMistakes: true }),
  };
  return Object.fromEntries(Object.entries(pins).map(([id, pin]) => [`universal.${name}.${id}`, pin]));
}

/** What noise is taken for by the maxout network. */
function shares(world: World): Row {
  const p = onNoise(world, "maxout").filter((p) => Math.max(...p) > 0.5);
  return Array.from({ length: 10 }, (_, c) => share(p.map((each) => argmax(each) === c)));
}

const directed = (name: string) => (world: World) => mean(directedRates(world, name));

const sweepError = (name: string, epsilon: number) => ({ of, test }: World) =>
  errorOf(of(name), attacked(of(name), test, epsilon));

const half = (name: string) => (world: World) => {
  const errors = EPSILONS.map((epsilon) => sweepError(name, epsilon)(world));
  const after = errors.findIndex((error) => error >= 50);
  if (after <= 0) return after < 0 ? 0.5 : 0;
  const slope = (EPSILONS[after] - EPSILONS[after - 1]) / (errors[after] - errors[after - 1]);
  return EPSILONS[after - 1] + (50 - errors[after - 1]) * slope;
};

/**
 * Percent of the rows that some attack of a quick cascade, of .1 and then up to ε, makes `of` err on. Each row is attacked
 * alone: it draws by its place, from a stream of each attack and size.
 */
function worst(of: Differentiable, rows: Rows, largest: number, seed: number): number {
  const { predicted } = predict(of, asBatch(rows).x);
  let left = Array.from(rows.y.keys()).filter((i) => predicted[i] === rows.y[i]);
  for (const epsilon of new Set([0.1, largest])) {
    const many = { epsilon, steps: 20, stopEarly: true };
    const drawn = (name: string, first: number) => ({ first, seed: rng(seed).split(name, `${epsilon}`).key });
    const attacks = [
      (b: Batch) => fgsm(of, b, { epsilon }),
      (b: Batch, i: number) => pgd(of, b, { ...many, ...drawn("pgd", i) }),
      (b: Batch, i: number) => pgd(of, b, { ...many, ...drawn("pgd-margin", i), loss: "margin" }),
      (b: Batch, i: number) => signNoise(of, b, { epsilon, restarts: 5, ...drawn("noise", i) }),
    ];
    for (const attack of attacks) {
      left = left.filter((i) => attack(asBatch({ x: [rows.x[i]], y: [rows.y[i]] }), i).fooled[0] === 0);
    }
  }
  return 100 * (1 - left.length / rows.y.length);
}

/** Percent of the rows whose margin a linear model loses within ε: its L1 norm times ε is enough. */
function linearWorst(of: Model, { x, y }: Rows, epsilon: number): number {
  const { W: { shape: [classes, inputs], data } } = of.tensors();
  const row = (c: number) => Array.from(data.subarray(c * inputs, (c + 1) * inputs));
  return share(x.map((each, i) => {
    const scores = forward(of, each);
    return Array.from({ length: classes }, (_, c) => c).some((c) => {
      const slope = row(c).map((w, j) => Math.abs(w - row(y[i])[j]));
      return c !== y[i] && scores[y[i]] - scores[c] < epsilon * slope.reduce((a, b) => a + b);
    });
  }));
}

/** The same of a diagonal RBF network: each input's part of the margin is least at an end or at its vertex. */
function rbfWorst(of: Model, { x, y }: Rows, epsilon: number): number {
  const { mu, beta } = of.tensors();
  const [classes, inputs] = mu.shape;
  const part = (c: number, j: number, v: number) =>
    -beta.data[c * inputs + j] * (v - mu.data[c * inputs + j]) ** 2;
  return share(x.map((each, i) =>
    Array.from({ length: classes }, (_, c) => c).some((c) => {
      if (c === y[i]) return false;
      const margins = each.map((v, j) => {
        const [own, other] = [beta.data[y[i] * inputs + j], beta.data[c * inputs + j]];
        const vertex = (own * mu.data[y[i] * inputs + j] - other * mu.data[c * inputs + j]) / (own - other);
        const places = [v - epsilon, v + epsilon, vertex].filter((at) => Math.abs(at - v) <= epsilon + 1e-12);
        return Math.min(...places.map((at) => part(y[i], j, at) - part(c, j, at)));
      });
      return margins.reduce((a, b) => a + b) < 0;
    })
  ));
}

const beyondPins = (name: string): Pins => ({
  [`beyond.${name}.small.attacked.error`]: (w) => worst(w.of(name), w.test, 0.1, w.context.seed),
  [`beyond.${name}.attacked.error`]: (w) => worst(w.of(name), w.test, 0.25, w.context.seed),
  [`beyond.${name}.small.one step's share`]: (w) =>
    100 * errorOf(w.of(name), attacked(w.of(name), w.test, 0.1)) /
    worst(w.of(name), w.test, 0.1, w.context.seed),
  [`beyond.${name}.one step's share`]: (w) =>
    100 * errorOf(w.of(name), attacked(w.of(name), w.test)) / worst(w.of(name), w.test, 0.25, w.context.seed),
});

/** The rows moved by the attack, within the range of images. */
function clipped(of: Model, rows: Rows): Rows {
  const { x, y } = attacked(of, rows);
  return { x: x.map((row) => row.map((v) => Math.min(Math.max(v, 0), 1))), y };
}

const PINS: Pins = {
  ...standing("softmax", "softmax"),
  ...standing("maxout", "maxout"),
  "maxout.fgsm clipped.error": ({ of, test }) => errorOf(of("maxout"), clipped(of("maxout"), test)),
  "maxout.fgsm clipped.confidence": ({ of, test }) =>
    confidenceOf(of("maxout"), clipped(of("maxout"), test), { onMistakes: true }),
  "linear.identity.gap": () => 0,
  ...pooledPins("softmax", 1),
  ...pooledPins("pooledSoftmax-2", 2),
  ...pooledPins("pooledSoftmax-4", 4),
  "linear.signs.growth": () => 4,
  "linear.noise.growth": () => 2,
  "rotation.maxout.large.error": ({ of, test }) =>
    errorOf(of("maxout"), rowsOf(rotation(of("maxout"), asBatch(test), { epsilon: 0.65 }))),
  "rotation.softmax.small.error": ({ of, test }) =>
    errorOf(of("softmax"), rowsOf(rotation(of("softmax"), asBatch(test), { epsilon: 0.3 }))),
  "curves.maxout.half": half("maxout"),
  "curves.adversarialMaxout.half": half("adversarialMaxout"),
  "curves.maxout.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("maxout"), rowsOf(signNoise(of("maxout"), asBatch(test), { epsilon: 0.5, seed }))),
  ...Object.fromEntries(
    ["softmax", "maxout", "adversarialMaxout", "signNoiseMaxout", "sigmoidMaxout"].map((name) => [
      `curves.${name}.worst`,
      (world: World) => Math.max(...EPSILONS.filter((e) => e <= 0.25).map((e) => sweepError(name, e)(world))),
    ]),
  ),
  ...lbfgsPins("maxout", "maxout"),
  ...lbfgsPins("adversarial", "adversarialMaxout"),
  "logistic.clean.error": ({ of, test }) => errorOf(of("logistic"), threesAndSevens(test)),
  "logistic.fgsm.error": ({ of, test }) =>
    errorOf(of("logistic"), attacked(of("logistic"), threesAndSevens(test))),
  "logistic.closed form.gap": () => 0,
  ...logisticPins("plain", "logistic"),
  ...logisticPins("adversarial", "adversarialLogistic"),
  ...logisticPins("l1 0.25", "l1Logistic-0.25"),
  ...controlPins("decay.none", "plainControl"),
  ...controlPins("decay.0.0025", "l1Maxout-0.0025"),
  ...controlPins("decay.0.000025", "l1Maxout-0.000025"),
  ...controlPins("decay.adversarial", "fgsmControl"),
  ...standing("adversarial", "adversarialMaxout"),
  "adversarial.clean.gain": ({ of, test }) =>
    errorOf(of("maxout"), test) - errorOf(of("adversarialMaxout"), test),
  // as the small world's records have it
  "adversarial.epochs": () => 3,
  "adversarial.transfer from naive.error": ({ of, test }) =>
    errorOf(of("adversarialMaxout"), attacked(of("maxout"), test)),
  "adversarial.transfer to naive.error": ({ of, test }) =>
    errorOf(of("maxout"), attacked(of("adversarialMaxout"), test)),
  "adversarial.transfer from naive in float32.error": ({ of, test }) =>
    errorOf(of("adversarialMaxout"), attacked(of("maxout"), test, 0.25, FLOAT32)),
  "adversarial.transfer to naive in float32.error": ({ of, test }) =>
    errorOf(of("maxout"), attacked(of("adversarialMaxout"), test, 0.25, FLOAT32)),
  "adversarial.fgsm on predictions.error": ({ of, test: { x, y } }) => {
    const own = of("adversarialMaxout");
    return errorOf(own, { x: attacked(own, { x, y: x.map((row) => answer(own, row)) }).x, y });
  },
  "adversarial.filters.adversarial.spread": ({ of }) => filters(of("adversarialMaxout")).spread,
  "adversarial.filters.naive.spread": ({ of }) => filters(of("maxout")).spread,
  "adversarial.filters.adversarial.participation": ({ of }) => filters(of("adversarialMaxout")).used,
  "adversarial.filters.naive.participation": ({ of }) => filters(of("maxout")).used,
  ...standing("trainingAttack.whole", "adversarialMaxout"),
  ...standing("trainingAttack.dropped", "droppedAttackMaxout"),
  ...standing("trainingAttack.both", "droppedBothMaxout"),
  ...standing("trainingAttack.float32", "float32AttackMaxout"),
  ...standing("large.naive", "largeMaxout"),
  ...standing("large.adversarial", "largeAdversarialMaxout"),
  ...standing("noise.naive", "maxout"),
  ...standing("noise.sign", "signNoiseMaxout"),
  ...standing("noise.uniform", "uniformNoiseMaxout"),
  ...standing("noise.adversarial", "adversarialMaxout"),
  "noise.distance from naive": (w) =>
    Math.max(
      ...["sign", "uniform"].map((name) =>
        Math.abs(PINS[`noise.${name}.fgsm.error`](w) - PINS["noise.naive.fgsm.error"](w))
      ),
    ),
  "noise.advantage of the attack": (w) =>
    Math.min(...["sign", "uniform"].map((name) => PINS[`noise.${name}.fgsm.error`](w))) -
    PINS["noise.adversarial.fgsm.error"](w),
  ...controlPins("controls.plain", "plainControl"),
  ...controlPins("controls.fgsm", "fgsmControl"),
  ...controlPins("controls.through rotation", "throughRotationControl"),
  ...controlPins("controls.through gradient", "throughGradientControl"),
  ...controlPins("controls.hidden", "hiddenControl"),
  ...controlPins("controls.last hidden", "lastHiddenControl"),
  ...controlPins("controls.hidden rotation", "hiddenRotationControl"),
  ...byLibrary("rbf", "rbf"),
  "rbf.rubbish.error": (world) => share(onNoise(world, "rbf").map((p) => Math.max(...p) > 0.5)),
  "rbf.deep.training error": ({ of, train }) => errorOf(of("deepRbf"), train),
  "rbf.deep by SGD.training error": ({ of, train }) => errorOf(of("deepRbfSgd"), train),
  "rbf.maxout.training error": ({ of, train }) => errorOf(of("maxout"), train),
  ...agreementPins("", {}),
  ...agreementPins(" in float32", FLOAT32),
  "agreement.where both err.examples": (world) => 100 * whereBothErr(world).length / world.test.y.length,
  "agreement.where both err.rbf as softmax": (world) =>
    share(whereBothErr(world).map(({ rbf, softmax }) => rbf === softmax)),
  "agreement.where both err.rbf of its own": (world) =>
    share(whereBothErr(world).map((s) => ![s.label, s.maxout, s.softmax].includes(s.rbf))),
  "agreement.where both err.rbf confidence": (world) =>
    100 * mean(whereBothErr(world).map(({ confidence }) => confidence)),
  "agreement.where both say the same.rbf too": (world) =>
    share(
      whereBothErr(world).filter(({ maxout, softmax }) => maxout === softmax)
        .map(({ rbf, maxout }) => rbf === maxout),
    ),
  "line.right.share": (world) => share(alongLine(world).map(({ scores }) => argmax(scores) === 4)),
  "line.right.share forward": (world) =>
    share(alongLine(world).slice(200).map(({ scores }) => argmax(scores) === 4)),
  "line.right.share backward": (world) =>
    share(alongLine(world).slice(0, 201).map(({ scores }) => argmax(scores) === 4)),
  "line.score.own at 10": (world) => alongLine(world)[400].scores[4],
  "line.score.greatest at 10": (world) => Math.max(...alongLine(world)[400].scores),
  "line.score.own at -10": (world) => alongLine(world)[0].scores[4],
  "line.score.greatest at -10": (world) => Math.max(...alongLine(world)[0].scores),
  "line.score.greatest at 0": (world) => Math.max(...alongLine(world)[200].scores),
  "line.straightness.mean": (world) => mean(straightness(world)),
  "line.straightness.least": (world) => Math.min(...straightness(world)),
  ...universalPins("maxout"),
  ...universalPins("softmax"),
  "ensemble.whole.error": (world) => {
    const { x, y } = world.test;
    return votedError(world, { x: x.map((row, i) => ensembleStep(world, row, y[i])), y });
  },
  "ensemble.single.error": (world) => votedError(world, attacked(world.of("member1"), world.test)),
  "ensemble.single in float32.error": (world) =>
    votedError(world, attacked(world.of("member1"), world.test, 0.25, FLOAT32)),
  "ensemble.clean.error": (world) => votedError(world, world.test),
  "ensemble.member.clean.error": ({ of, test }) => errorOf(of("member1"), test),
  "ensemble.member.fgsm.error": ({ of, test }) => errorOf(of("member1"), attacked(of("member1"), test)),
  "ensemble.whole.confidence": (world) => {
    const { x, y } = world.test;
    return votedConfidence(world, { x: x.map((row, i) => ensembleStep(world, row, y[i])), y });
  },
  "ensemble.single.confidence": (world) => votedConfidence(world, attacked(world.of("member1"), world.test)),
  "ensemble.whole in float32.error": (world) => {
    const whole = ensemble(members.map(world.of));
    return votedError(
      world,
      rowsOf(fgsm(whole, asBatch(world.test), { epsilon: 0.25, gradient: "float32" })),
    );
  },
  "ensemble.whole by mean scores.error": ({ of, test: { x, y } }) => {
    const all = members.map(of);
    const average = (each: readonly Row[]) => each[0].map((_, c) => mean(each.map((row) => row[c])));
    const scores = (row: Row) => average(all.map((member) => forward(member, row)));
    const softmax = (s: Row) => {
      const powers = s.map((value) => Math.exp(value - Math.max(...s)));
      return powers.map((p) => p / powers.reduce((a, b) => a + b));
    };
    return share(x.map((row, i) => {
      const d = softmax(scores(row)).map((p, c) => p - (c === y[i] ? 1 : 0));
      const g = average(all.map((member) => backward(member, row, d)));
      return argmax(scores(row.map((value, j) => value + 0.25 * Math.sign(g[j])))) !== y[i];
    }));
  },
  ...byLibrary("generative.mpDbm", "mpDbm"),
  ...byLibrary("generative.classRbm", "classRbm"),
  ...Object.fromEntries(
    [["maxout", "maxout"], ["softmax", "softmax"], ["sigmoid", "sigmoidMaxout"], ["taught", "rubbishMaxout"]]
      .flatMap(([short, key]) => {
        const { "x.rubbish.error": error, "x.rubbish.confidence": confidence } = standing("x", key);
        return [[`rubbish.${short}.error`, error], [`rubbish.${short}.confidence`, confidence]];
      }),
  ),
  "rubbish.share of 5": (world) => shares(world)[5],
  "rubbish.share of 8": (world) => shares(world)[8],
  "rubbish.largest share": (world) => Math.max(...shares(world)),
  "rubbish.least share": (world) => Math.min(...shares(world)),
  "rubbish.sigmoid.clean.error": ({ of, test }) => errorOf(of("sigmoidMaxout"), test),
  "rubbish.taught.clean.error": ({ of, test }) => errorOf(of("rubbishMaxout"), test),
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, c) => [
      `rubbish.directed.${c}.success`,
      (world: World) => directedRates(world, "maxout")[c],
    ]),
  ),
  "rubbish.directed.hardest.success": (world) => Math.min(...directedRates(world, "maxout")),
  // as long as the sign step of .25 in 784 pixels
  "rubbish.directed by gradient.success": (world) =>
    mean(directedRates(world, "maxout", { step: "gradient", epsilon: 0.25 * Math.sqrt(784) })),
  "rubbish.taught.clean.harm": ({ of, test }) =>
    errorOf(of("rubbishMaxout"), test) - errorOf(of("sigmoidMaxout"), test),
  "rubbish.taught.directed.success": directed("rubbishMaxout"),
  "rubbish.directed.success": directed("maxout"),
  ...Object.fromEntries(
    ["maxout", "adversarialMaxout", "signNoiseMaxout", "softmax", "rbf", "mpDbm"]
      .flatMap((name) => Object.entries(beyondPins(name))),
  ),
  "beyondEnsemble.small.attacked.error": ({ of, test, context: { seed } }) =>
    worst(ensemble(members.map(of)), test, 0.1, seed),
  "beyondEnsemble.attacked.error": ({ of, test, context: { seed } }) =>
    worst(ensemble(members.map(of)), test, 0.25, seed),
  "beyond.softmax.transferred.error": ({ of, test, context: { seed } }) =>
    errorOf(of("softmax"), rowsOf(pgd(of("maxout"), asBatch(test), { epsilon: 0.25, loss: "margin", seed }))),
  "beyond.softmax.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("softmax"), rowsOf(signNoise(of("softmax"), asBatch(test), { epsilon: 0.25, seed }))),
  "beyond.maxout.stretched.share": ({ of, test, context: { seed } }) => {
    const own = of("maxout"), wrong = (row: Row, i: number) => answer(own, row) !== test.y[i];
    const { x } = rowsOf(pgd(own, asBatch(test), { epsilon: 0.25, loss: "margin", seed }));
    const misled = x.flatMap((row, i) => wrong(row, i) ? [i] : []);
    const at = (i: number, times: number) => test.x[i].map((v, j) => v + times * (x[i][j] - v));
    return share(misled.map((i) => [1.25, 1.5, 2].every((times) => wrong(at(i, times), i))));
  },
  "beyond.maxout.noise.error": ({ of, test, context: { seed } }) =>
    errorOf(of("maxout"), rowsOf(signNoise(of("maxout"), asBatch(test), { epsilon: 0.25, seed }))),
  "beyond.maxout.universal.error": ({ of, test, train }) => {
    const r = doubles(universal(of("maxout"), asBatch(train), { epsilon: 0.25 }).perturbation)[0];
    return errorOf(of("maxout"), { ...test, x: test.x.map((row) => row.map((v, j) => v + r[j])) });
  },
  "beyond.softmax.small.not excluded.error": ({ of, test }) => linearWorst(of("softmax"), test, 0.1),
  "beyond.rbf.small.not excluded.error": ({ of, test }) => rbfWorst(of("rbf"), test, 0.1),
};

/** What is a mean over draws, or an identity up to rounding, is close alone; what is near 1, closer. */
const LOOSE: Readonly<Record<string, number>> = {
  "linear.identity.gap": 1e-5,
  "linear.signs.growth": 0.15,
  "linear.noise.growth": 0.3,
  "line.straightness.mean": 1e-5,
  "line.straightness.least": 1e-5,
  "logistic.closed form.gap": 1e-5,
};

const WIDE = new Set(["linear"]);

for (const experiment of experiments) {
  const { id } = experiment;
  const own = claims.filter((claim) => claim.id.startsWith(`${id}.`));
  if (own.length === 0 && !FIGURES[id]) continue;
  Deno.test(`experiment ${id} measures what a computation of its own gives for every claim`, async () => {
    // a 4 is to be taken for a 4 on a part of the line
    const world = worldFor(experiment, WIDE.has(id) ? 28 : undefined, id === "line" ? { favourite: 4 } : {});
    const parts: number[] = [];
    const context = { ...world.context, progress: (part: number) => void parts.push(part) };
    const { measurements, figures = [] } = await experiment.run(context);
    parts.forEach((part, i) => assert(part > (parts[i - 1] ?? 0) && part <= 1, `${parts}`));
    for (const figure of figures) {
      assertDrawable(figure, `${id}, ${figure.id}`);
      if (figure.kind !== "bars" || !/^(errors|bracket)/.test(figure.id)) continue;
      // the errors that bars show were measured
      for (const { value } of figure.groups.flatMap(({ values }) => values)) {
        const known = Object.values(measurements).some((each) => Math.abs((each ?? 0) - (value ?? 0)) < 1e-9);
        assert(known, `${figure.id} shows ${value}`);
      }
    }
    const figureOf = <F>(name: string) => figures.find(({ id }) => id === name)! as F;
    FIGURES[id]?.(world, figureOf, measurements);
    // figures of claims, and what their orderings compare them with
    const names = new Set(own.flatMap((claim) => [
      claim.id,
      ...(claim.ordering?.of ?? []).filter((other) => other.startsWith(`${id}.`)),
      ...(claim.gradient && claim.id !== "ensemble.whole.error" ? [inFloat32(claim.id)] : []),
    ]));
    // and what no claim is about, unless it takes long
    for (const name of Object.keys(PINS)) {
      if (/^beyond|\.rubbish\./.test(name) || !name.startsWith(`${id}.`)) continue;
      if (measurements[name.slice(id.length + 1)] !== undefined) names.add(name);
    }
    for (const name of names) {
      const pin = PINS[name];
      assert(pin, `${name} has no pin`);
      const [ours, expected] = [measurements[name.slice(id.length + 1)], pin(world)];
      assert(typeof ours === "number", `${name} is ${ours}`);
      const close = LOOSE[name] ?? 1e-3 * Math.max(1, Math.abs(expected));
      assert(Math.abs(ours - expected) <= close, `${name} is ${ours}, not ${expected}`);
    }
  });
}

Deno.test("agreement is not known where there is nothing to agree on, and is where there is one image", async () => {
  const experiment = experiments.find(({ id }) => id === "agreement")!, world = worldFor(experiment);
  const { x, y } = attacked(world.of("maxout"), world.test);
  const errs = (name: string, i: number) => answer(world.of(name), x[i]) !== y[i];
  const run = async (both: boolean) => {
    const at = y.findIndex((_, i) => (errs("maxout", i) && errs("softmax", i)) === both);
    const test = asBatch({ x: [world.test.x[at]], y: [y[at]] });
    const { measurements } = await experiment.run({ ...world.context, test });
    return ["rbf right", "rbf confidence"].map((name) => measurements[`where both err.${name}`]);
  };
  assertEquals(await run(false), [null, null]);
  for (const each of await run(true)) assert(each !== null && Number.isFinite(each));
});

Deno.test("L-BFGS is compared with the sign step on one image that both mislead, too", async () => {
  const experiment = experiments.find(({ id }) => id === "lbfgs")!, world = worldFor(experiment);
  const { x, y } = world.test;
  const names = ["maxout", "adversarialMaxout"];
  const at = y.findIndex((label, i) =>
    names.every((name) =>
      answer(world.of(name), x[i]) === label &&
      answer(world.of(name), step(world.of(name), x[i], label, 0.5)) !== label
    )
  );
  const test = asBatch({ x: [x[at]], y: [y[at]] });
  const { measurements } = await experiment.run({ ...world.context, test });
  for (const name of ["maxout", "adversarial"]) {
    const found = ["distance", "sign step.distance", "shorter"].map((each) =>
      measurements[`${name}.${each}`]
    );
    for (const each of found) assert(each !== null && each > 0, `${name}: ${found}`);
    assertEquals(found[2], found[1]! / found[0]!);
  }
});

Deno.test("the curve of few images begins at a half, never reaches it, and ends at the largest noise", async () => {
  const experiment = experiments.find(({ id }) => id === "curves")!, world = worldFor(experiment);
  const { x, y } = world.test, own = world.of("maxout"), { seed } = world.context;
  const run = async (chosen: readonly number[]) => {
    const test = asBatch({ x: chosen.map((i) => x[i]), y: chosen.map((i) => y[i]) });
    return (await experiment.run({ ...world.context, test })).measurements;
  };
  const right = (i: number) => answer(own, x[i]) === y[i];
  const all = y.map((_, i) => i);
  const half = [all.find(right)!, all.find((i) => !right(i))!];
  assertEquals((await run(half))["maxout.half"], 0);
  const fooled = (i: number, epsilon: number) =>
    signNoise(own, asBatch({ x: [x[i]], y: [y[i]] }), { epsilon, seed }).fooled[0];
  const last = all.find((i) => right(i) && fooled(i, 0.5) === 1 && fooled(i, 0.35) === 0)!;
  assertEquals((await run([last]))["maxout.noise.error"], 100);
  const names = ["softmax", "maxout", "adversarialMaxout", "signNoiseMaxout"];
  const [name, at] = names.flatMap((name) => all.map((i) => [name, i] as const)).find(([name, i]) =>
    EPSILONS.every((epsilon) => answer(world.of(name), step(world.of(name), x[i], y[i], epsilon)) === y[i])
  )!;
  assertEquals((await run([at]))[`${name}.half`], 0.5);
});

Deno.test("the small world tells models apart: the pins of an experiment's errors are not all equal", () => {
  const world = worldFor(experiments.find(({ id }) => id === "noise")!);
  const errors = ["maxout", "signNoiseMaxout", "uniformNoiseMaxout", "adversarialMaxout"].map((name) =>
    errorOf(world.of(name), attacked(world.of(name), world.test))
  );
  assertEquals(new Set(errors).size, 4);
  const own = world.of("maxout");
  const single = attacked(own, world.test, 0.25, FLOAT32);
  assert(errorOf(own, single) !== errors[0], "float32 makes a difference");
  assert(errors[0] > errorOf(own, world.test) && errors[0] < 100);
});
