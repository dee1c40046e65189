/** What figures of experiments show, computed again: plain loops over the small world, and measurements that pins hold. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { directedRubbish, rubbish } from "../../src/attacks/rubbish.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { lbfgs } from "../../src/attacks/lbfgs.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import type { BarsFigure, Figure, ImagesFigure, LinesFigure, MatrixFigure } from "../../src/paper/figure.ts";
import { COMPARED, MODEL_NAMES } from "../../src/paper/names.ts";
import type { Measurements } from "../../src/paper/experiment.ts";
import { matrix } from "../../src/matrix.ts";
import { rng } from "../../src/rng.ts";
import { predict } from "../../src/predict.ts";
import {
  answer,
  argmax,
  asBatch,
  attacked,
  doubles,
  errorOf,
  forward,
  mean,
  probabilities,
  type Row,
  share,
  step,
  type World,
} from "./reference.ts";

/** The sizes of step of curves. */
export const EPSILONS = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5];

/** Inputs and scores along the attack's direction of the first 4, from ε = −10 to 10. */
export function alongLine({ of, test: { x, y } }: World) {
  const at = y.indexOf(4);
  const direction = step(of("maxout"), x[at], 4, 1).map((value, i) => Math.sign(value - x[at][i]));
  return Array.from({ length: 401 }, (_, i) => {
    const epsilon = (i - 200) * 0.05;
    const input = x[at].map((value, j) => value + epsilon * direction[j]);
    return { epsilon, input, scores: forward(of("maxout"), input) };
  });
}

/** Success in percent of noise that is moved toward each class. */
export function directedRates(
  { of, context: { seed } }: World,
  name: string,
  { step = "sign", epsilon = 0.25 }: { step?: "sign" | "gradient"; epsilon?: number } = {},
): number[] {
  return Array.from({ length: 10 }, (_, target) => {
    const { x } = directedRubbish(of(name), { target, epsilon, step, samples: 200, seed });
    return share(doubles(x).map((row) => probabilities(of(name), row)[target] >= 0.5));
  });
}

/** What the three models say of examples made against maxout, where it and softmax regression err. */
export function whereBothErr({ of, test }: World) {
  const { x, y } = attacked(of("maxout"), test);
  const said = (name: string, i: number) => answer(of(name), x[i]);
  return y.map((label, i) => ({
    ...{ label, maxout: said("maxout", i), softmax: said("softmax", i), rbf: said("rbf", i) },
    confidence: Math.max(...probabilities(of("rbf"), x[i])),
  })).filter(({ label, maxout, softmax }) => maxout !== label && softmax !== label);
}

const near = (ours: number | null, expected: number, where: string) => {
  assert(ours !== null, where);
  assertAlmostEquals(ours, expected, 1e-3 * Math.max(1, Math.abs(expected)), where);
};

/** Passes if bars of each group, by its place, have these values. */
function bars({ groups }: BarsFigure, expected: readonly (readonly (number | null)[])[]): void {
  assertEquals(groups.length, expected.length);
  groups.forEach(({ name, values }, g) => {
    assertEquals(values.length, expected[g].length, name);
    values.forEach(({ x, value }, i) => {
      if (expected[g][i] === null) assertEquals(value, null, `${name}, ${x}`);
      else near(value, expected[g][i], `${name}, ${x}`);
    });
  });
}

function cells({ values, rows, columns }: MatrixFigure, expected: (r: number, c: number) => number): void {
  values.forEach((row, r) =>
    row.forEach((value, c) => near(value, expected(r, c), `${rows[r]}, ${columns[c]}`))
  );
}

/** Passes if images show these values over this range, to a step of the scale. */
function shown({ images, range: [low, high] }: ImagesFigure, expected: readonly Row[], range: Row): void {
  near(low, range[0], "low");
  near(high, range[1], "high");
  assertEquals(images.length, expected.length);
  images.forEach(({ pixels }, i) =>
    expected[i].forEach((value, j) => {
      const byte = Math.min(Math.max(255 * (value - low) / (high - low), 0), 255);
      assert(Math.abs(atob(pixels).charCodeAt(j) - byte) <= 0.51, `pixel ${j} of image ${i}`);
    })
  );
}

function points(
  { series }: LinesFigure,
  name: string,
  expected: readonly (readonly [number, number])[],
): void {
  const own = series.find((each) => each.name === name)!;
  assertEquals(own.points.length, expected.length);
  own.points.forEach((point, i) => [0, 1].forEach((k) => near(point[k], expected[i][k], `${name}, ${i}`)));
}

const emphasized = ({ series }: LinesFigure) =>
  series.flatMap(({ name, emphasis }) => emphasis ? [name] : []);

/** Label and frame of noise: its class and the class's probability, in percent. */
function named({ images }: ImagesFigure, expected: readonly Row[], isMarked: (p: Row, i: number) => boolean) {
  images.forEach(({ label, marked }, i) => {
    const [, c, percent] = label!.match(/^(\d+) \((\d+) %\)$/)!;
    assertEquals(+c, argmax(expected[i]));
    assert(Math.abs(+percent - 100 * Math.max(...expected[i])) <= 0.51, label);
    assertEquals(marked, isMarked(expected[i], i));
  });
}

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

type Shown = <F extends Figure>(id: string) => F;

/** Checks of the figures of experiments, by experiment. */
export const FIGURES: Readonly<
  Record<string, (world: World, figure: Shown, measured: Measurements) => void>
> = {
  softmax({ of }, figure) {
    const { W: { data, shape: [, inputs] } } = of("softmax").tensors();
    const most = Math.max(...Array.from(data, Math.abs));
    const images = figure<ImagesFigure>("weights");
    shown(
      images,
      Array.from({ length: 10 }, (_, c) => Array.from(data.subarray(c * inputs, (c + 1) * inputs))),
      [-most, most],
    );
    assertEquals([images.columns, images.images.map(({ label }) => Number(label))], [10, digits]);
  },
  linear({ of, test, context: { seed } }, figure, measured) {
    // what rounding leaves of the identity, on the first image
    const own = of("softmax"), W = own.tensors().W.data, x = test.x[0];
    const gaps = Array.from({ length: 10 }, (_, c) => {
      const w = Array.from(W.subarray(c * 784, (c + 1) * 784));
      const moved = x.map((value, i) => value + 0.25 * Math.sign(w[i]));
      const [score, after] = [x, moved].map((row) => own.scores(matrix(1, 784, [...row])).data[c]);
      const expected = 0.25 * w.reduce((sum, value) => sum + Math.abs(value), 0);
      return Math.abs(after - score - expected) / expected;
    });
    assertAlmostEquals(measured["identity.gap"]!, Math.max(...gaps), 1e-12);
    const { data, shape: [pieces, units, inputs] } = of("maxout").tensors()["layer0.W"];
    const random = rng(seed).split("linear view");
    // 784 pixels, halved again and again
    const sizes = [784 / 16, 784 / 8, 784 / 4, 784 / 2, 784];
    const grown = sizes.map((n) =>
      Array.from({ length: pieces * units }, (_, f) => {
        const own = random.split(f), chosen = Array.from(own.permutation(inputs)).slice(0, n);
        const w = chosen.map((i) => 0.25 * data[f * inputs + i]);
        const changes = Array.from(
          { length: 5 },
          () => Math.abs(w.reduce((sum, value) => sum + (own.below(2) === 1 ? value : -value), 0)),
        );
        return { signs: w.reduce((sum, value) => sum + Math.abs(value), 0), noise: mean(changes) };
      })
    );
    const growth = figure<LinesFigure>("growth");
    points(
      growth,
      "signs of the weights",
      sizes.map((n, i) => [n, mean(grown[i].map(({ signs }) => signs))]),
    );
    points(growth, "random signs", sizes.map((n, i) => [n, mean(grown[i].map(({ noise }) => noise))]));
    assertEquals(emphasized(growth), ["signs of the weights"]);
    points(
      figure("trained"),
      "softmax regression",
      [49, 196, 784].map((n) => [n, measured[`trained on ${n}.growth`]!]),
    );
  },
  logistic({ of, test: { x, y } }, figure) {
    const own = of("logistic"), w = Array.from(own.tensors().W.data), most = Math.max(...w.map(Math.abs));
    const weights = figure<ImagesFigure>("weights");
    shown(weights, [w, w.map((value) => most * Math.sign(value))], [-most, most]);
    assertEquals(weights.columns, 2);
    const chosen = [3, 7].flatMap((c) => y.flatMap((label, i) => label === c ? [i] : []).slice(0, 5));
    const rows = { x: chosen.map((i) => x[i]), y: chosen.map((i) => y[i] === 7 ? 1 : 0) };
    const all = [...rows.x, ...attacked(own, rows).x];
    const images = figure<ImagesFigure>("digits");
    // as far as a step of .25 takes pixels of 0 to 1
    shown(images, all, [-0.25, 1.25]);
    assertEquals(images.columns, 10);
    images.images.forEach(({ label, marked }, i) => {
      const p = probabilities(own, all[i]), said = argmax(p);
      assertEquals(label, `${[3, 7][said]} (${Math.round(100 * p[said])} %)`);
      assertEquals(marked, said === rows.y[i % rows.y.length]);
    });
  },
  lbfgs({ of, test: { x, y } }, figure) {
    const own = of("maxout"), at = digits.map((c) => y.indexOf(c));
    const rows = { x: at.map((i) => x[i]), y: at.map((i) => y[i]) };
    const near = lbfgs(own, asBatch(rows), {
      ...{ epsilon: 10, targets: "runnerUp", refinements: 0, bounds: [0, 1] },
    });
    const all = [...rows.x, ...doubles(near.x), ...attacked(own, rows).x];
    const images = figure<ImagesFigure>("digits");
    // as far as a step of .25 takes pixels of 0 to 1
    shown(images, all, [-0.25, 1.25]);
    assertEquals(images.columns, 10);
    named(images, all.map((row) => probabilities(own, row)), (p, i) => argmax(p) === rows.y[i % 10]);
  },
  closed(_, figure, measured) {
    const { groups } = figure<BarsFigure>("errors");
    const names = Object.keys(measured).filter((name) => name.endsWith(".weights")).map((name) =>
      name.slice(0, -8)
    );
    assertEquals(groups.length, 2);
    assertEquals(groups[0].values.map(({ x }) => x), [
      ...["no regulariser", "closed form, ε = 0.25"],
      ...["L1, λ = 0.25", "L1, λ = 0.025", "L1, λ = 0.0025"],
    ]);
    bars(
      figure("errors"),
      ["clean", "fgsm"].map((each) => names.map((name) => measured[`${name}.${each}.error`])),
    );
  },
  adversarial({ of }, figure, measured) {
    for (
      const [id, key, name] of [["naive-filters", "maxout", "naive"], [
        "adversarial-filters",
        "adversarialMaxout",
        "adversarial",
      ]]
    ) {
      const { data, shape: [pieces, units, inputs] } = of(key).tensors()["layer0.W"];
      const filter = (piece: number, unit: number) =>
        Array.from(data.subarray((piece * units + unit) * inputs, (piece * units + unit + 1) * inputs));
      // four units, the pieces of each beside each other
      const rows = [0, 1, 2, 3].flatMap((unit) =>
        Array.from({ length: pieces }, (_, piece) => filter(piece, unit))
      );
      const most = Math.max(...rows.flat().map(Math.abs)), images = figure<ImagesFigure>(id);
      shown(images, rows, [-most, most]);
      assertEquals(images.columns, pieces);
      const [, spread, used] = images.caption.match(/within (\d+\.\d) pixels.* (\d+) % of the pixels/)!;
      assert(Math.abs(+spread - measured[`filters.${name}.spread`]!) <= 0.051);
      assertEquals(+used, Math.round(100 * measured[`filters.${name}.participation`]!));
    }
  },
  rbf({ of }, figure) {
    const { mu: { data, shape: [, inputs] } } = of("rbf").tensors();
    const images = figure<ImagesFigure>("prototypes");
    // the range of images
    shown(
      images,
      Array.from({ length: 10 }, (_, c) => Array.from(data.subarray(c * inputs, (c + 1) * inputs))),
      [0, 1],
    );
    assertEquals([images.columns, images.images.map(({ label }) => Number(label))], [10, digits]);
  },
  line(world, figure) {
    const line = alongLine(world);
    const scores = figure<LinesFigure>("scores");
    for (let c = 0; c < 10; c++) {
      points(scores, `${c}`, line.map(({ epsilon, scores }) => [epsilon, scores[c]]));
    }
    assertEquals([emphasized(scores), scores.marks!.map(({ x }) => x)], [["4"], [0.25]]);
    const montage = figure<ImagesFigure>("montage"), few = line.filter((_, i) => i % 40 === 0);
    // as far as pixels of 0 to 1 come
    shown(montage, few.map(({ input }) => input), [-10, 11]);
    montage.images.forEach(({ label, marked }, i) => {
      const size = Math.abs(Math.round(few[i].epsilon));
      assertEquals(label, `ε ${i < 5 ? "−" : ""}${size}`);
      assertEquals(marked, argmax(few[i].scores) === 4);
    });
    assertEquals(montage.columns, few.length);
  },
  universal({ of, train, test }, figure, measured) {
    const kinds = ["clean", "noise", "mean", "sign of mean", "one image's", "another's", "own"];
    const names = ["maxout", "softmax"];
    bars(figure("errors"), names.map((name) => kinds.map((kind) => measured[`${name}.${kind}.error`])));
    const means = names.map((name) => {
      const rows = { x: train.x.slice(0, test.x.length), y: train.y.slice(0, test.y.length) };
      const moved = attacked(of(name), rows).x;
      return rows.x[0].map((_, j) => mean(moved.map((row, i) => row[j] - rows.x[i][j])));
    });
    const most = Math.max(...means.flat().map(Math.abs));
    const images = figure<ImagesFigure>("mean");
    shown(images, means, [-most, most]);
    assertEquals(images.images.map(({ label }) => label), names.map((name) => MODEL_NAMES[name]));
    assertEquals(images.columns, 2);
  },
  agreement(world, figure, measured) {
    const columns = ["on mistakes", "error on mistakes", "both wrong"];
    cells(figure("agreement"), (r, c) => measured[`${["softmax", "rbf"][r]}.${columns[c]}`]!);
    const both = whereBothErr(world);
    const part = (of: (s: typeof both[number]) => boolean) => share(both.map(of));
    bars(figure("rbf"), [[
      part(({ rbf, label }) => rbf === label),
      part(({ rbf, maxout, softmax }) => rbf === maxout && maxout === softmax),
      part(({ rbf, maxout, softmax }) => rbf === maxout && maxout !== softmax),
      part(({ rbf, maxout, softmax }) => rbf === softmax && maxout !== softmax),
      part(({ rbf, label, maxout, softmax }) => rbf !== label && rbf !== maxout && rbf !== softmax),
    ]]);
  },
  curves({ of, test, context: { seed } }, figure) {
    const errors = figure<LinesFigure>("errors");
    const error = (name: string, { x }: { x: Parameters<typeof doubles>[0] }) =>
      errorOf(of(name), { ...test, x: doubles(x) });
    for (const [name, title] of COMPARED) {
      points(
        errors,
        title,
        EPSILONS.map((epsilon) => [epsilon, error(name, fgsm(of(name), asBatch(test), { epsilon }))]),
      );
    }
    points(
      errors,
      "maxout, random signs",
      EPSILONS.map((epsilon) => [
        epsilon,
        error("maxout", signNoise(of("maxout"), asBatch(test), { epsilon, seed })),
      ]),
    );
    assertEquals(errors.series.length, COMPARED.length + 1);
    assertEquals([emphasized(errors), errors.marks!.map(({ x }) => x)], [["maxout"], [0.25]]);
  },
  rubbish(world, figure, measured) {
    const own = world.of("maxout"), { seed } = world.context;
    const { x } = rubbish(own, { seed, samples: 10000 });
    const sure = doubles(x).map((row) => probabilities(own, row)).filter((p) => Math.max(...p) > 0.5);
    bars(figure("shares"), [Array.from({ length: 10 }, (_, c) => share(sure.map((p) => argmax(p) === c)))]);
    bars(figure("directed"), [
      Array.from({ length: 10 }, (_, c) => measured[`directed.${c}.success`]),
      directedRates(world, "maxout", { step: "gradient", epsilon: 7 }),
      directedRates(world, "rubbishMaxout"),
    ]);
    const noise = doubles(rubbish(own, { seed, samples: 10 }).x);
    const moved = Array.from(
      { length: 10 },
      (_, target) => doubles(directedRubbish(own, { target, epsilon: 0.25, samples: 1, seed }).x)[0],
    );
    for (const [id, rows] of [["noise", noise], ["gallery", moved]] as const) {
      const images = figure<ImagesFigure>(id);
      // three standard deviations of the noise
      shown(images, rows, [-3, 3]);
      assertEquals(images.columns, 10);
      const p = rows.map((row) => probabilities(own, row));
      named(images, p, (p, i) => id === "noise" ? Math.max(...p) > 0.5 : p[i] >= 0.5);
    }
  },
  noise(_, figure, measured) {
    const quantities = ["clean.error", "fgsm.error"], names = ["naive", "sign", "uniform", "adversarial"];
    bars(figure("errors"), quantities.map((each) => names.map((name) => measured[`${name}.${each}`])));
  },
  ensemble(_, figure, measured) {
    const order = ["member.clean", "clean", "member.fgsm", "single", "whole"];
    bars(figure("errors"), [order.map((name) => measured[`${name}.error`])]);
  },
  transfer({ of, test: { x, y } }, figure, measured) {
    const names = COMPARED.map(([name]) => name);
    const wrong = names.map((from) => {
      const moved = fgsm(of(from), asBatch({ x, y }), { epsilon: 0.25 }).x;
      return names.map((to) => Array.from(predict(of(to), moved).predicted));
    });
    const error = (r: number, c: number) => share(wrong[r][c].map((said, i) => said !== y[i]));
    cells(figure("errors"), error);
    names.forEach((from, r) =>
      names.forEach((to, c) => near(measured[`from ${from} to ${to}.error`], error(r, c), `${from}, ${to}`))
    );
    const misled = names.map((_, r) => y.flatMap((label, i) => wrong[r][r][i] !== label ? [i] : []));
    cells(figure("agreement"), (r, c) => share(misled[r].map((i) => wrong[r][c][i] === wrong[r][r][i])));
  },
};
