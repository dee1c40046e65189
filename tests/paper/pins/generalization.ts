/** Other models on the same examples, lines through an image, and perturbations of other images (sections 7 and 8). @module */

import { signNoise } from "../../../src/attacks/noise.ts";
import type { Model } from "../../../src/models/model.ts";
import { alongLine, whereBothErr } from "../figures.ts";
import {
  answer,
  argmax,
  asBatch,
  attacked,
  confidenceOf,
  errorOf,
  mean,
  type Row,
  type Rows,
  share,
  type World,
} from "../reference.ts";
import { byLibrary, FLOAT32, onNoise, type Pins, rowsOf, take } from "./common.ts";

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

function rSquared(points: readonly (readonly [number, number])[]): number {
  const [a, b] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const sum = (of: (x: number, y: number) => number) => points.reduce((s, [x, y]) => s + of(x - a, y - b), 0);
  return sum((x, y) => x * y) ** 2 / (sum((x) => x * x) * sum((_, y) => y * y));
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

/** Pins by claim. */
export const GENERALIZATION: Pins = {
  "linear.identity.gap": () => 0,
  "linear.signs.growth": () => 4,
  "linear.noise.growth": () => 2,
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
};
