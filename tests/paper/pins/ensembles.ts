/** Ensembles, generative models and rubbish (section 9 and appendix A). @module */

import { fgsm } from "../../../src/attacks/fgsm.ts";
import { ensemble } from "../../../src/models/ensemble.ts";
import { members } from "../../../src/paper/recipes/ensemble.ts";
import { directedRates } from "../figures.ts";
import {
  argmax,
  asBatch,
  attacked,
  backward,
  errorOf,
  forward,
  mean,
  probabilities,
  type Row,
  type Rows,
  share,
  type World,
} from "../reference.ts";
import { byLibrary, FLOAT32, onNoise, type Pins, rowsOf, standing } from "./common.ts";

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

/** What noise is taken for by the maxout network. */
function shares(world: World): Row {
  const p = onNoise(world, "maxout").filter((p) => Math.max(...p) > 0.5);
  return Array.from({ length: 10 }, (_, c) => share(p.map((each) => argmax(each) === c)));
}

const directed = (name: string) => (world: World) => mean(directedRates(world, name));

/** Pins by claim. */
export const ENSEMBLES: Pins = {
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
};
