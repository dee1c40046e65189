/** The boundary attack beside its algorithm in plain loops. */

import { boundary, type BoundaryOptions } from "../../src/attacks/boundary.ts";
import { drawn, searchOf } from "./decided.ts";
import { plainModel, points, testFollows, type Way } from "./followed.ts";

/** A length of steps: it grows by half where more than `many` of `of` tries fool, and falls where less than `few` do. */
class Length {
  #hits: boolean[] = [];
  constructor(public value: number, readonly of: number, readonly few: number, readonly many: number) {}
  /** The factor by which the length changes. */
  adapts(hit: boolean): number {
    this.#hits.push(hit);
    if (this.#hits.length < this.of) return 1;
    const part = this.#hits.filter(Boolean).length / this.of;
    this.#hits = [];
    return part > this.many ? 1.5 : part < this.few ? 1 / 1.5 : 1;
  }
}

/** Brendel, Rauber and Bethge 2018, algorithm 1. */
function plainBoundary(way: Way<BoundaryOptions>) {
  const { own, within, options, stream } = way, search = searchOf(way);
  const { steps = 5000, sphericalStep = 0.01, sourceStep = 0.01 } = options;
  let at = search.start();
  if (!at) return;
  at = search.approach(at, 1e-3, 0);
  const around = new Length(sphericalStep, 10, 0.2, 0.5), toward = new Length(sourceStep, 20, 0.1, 0.25);
  for (let k = 0; k < steps && toward.value >= 1e-7; k++) {
    const noise = drawn.normal(own.length, stream.split("step", k))
      .map((value, i) => within.featureScale[i] * value);
    const d = at.map((value, i) => value - own[i]), length = Math.hypot(...d);
    // what is orthogonal to the way to the example
    const along = noise.reduce((sum, value, i) => sum + value * d[i], 0) / length ** 2;
    const side = noise.map((value, i) => value - along * d[i]), far = Math.hypot(...side);
    const step = (part: number) =>
      own.map((value, i) => {
        const turned = d[i] + (far > 0 ? around.value * length / far * side[i] : 0);
        return value + part * turned / Math.sqrt(1 + around.value ** 2);
      });
    const looks = k % 5 === 0;
    const both = [step(1 - toward.value), ...looks ? [step(1)] : []];
    const [whole, half] = search.ask(both, k / steps);
    if (whole.hit) at = whole.x;
    if (looks) {
      const factor = around.adapts(half.hit);
      for (const each of [around, toward]) each.value = Math.min(each.value * factor, 1);
    }
    toward.value = Math.min(toward.value * toward.adapts(whole.hit), 1);
  }
}

const x = points(3), epsilon = 100;
testFollows(boundary, plainBoundary, [
  { name: "from noise", plain: plainModel(), x, options: { epsilon, steps: 130, sphericalStep: 0.2 } },
  {
    name: "many times",
    plain: plainModel({ seed: 6, bend: 1 }),
    x: points(9),
    options: { epsilon, steps: 50 },
  },
  {
    name: "with the shortest steps that there are",
    ...{ plain: plainModel({ seed: 7 }), x: points(1) },
    options: { epsilon, steps: 3, sourceStep: 1e-7 },
  },
  {
    name: "in a box, a feature fixed, some wrong already",
    ...{ plain: plainModel({ seed: 2 }), x, labels: [0, 1, 2] },
    options: { epsilon, steps: 45, sourceStep: 1, bounds: [-0.5, 1.25], fixed: [1], seed: 5 },
  },
  {
    name: "at a target",
    ...{ plain: plainModel({ seed: 3 }), x },
    options: { epsilon, target: 2, steps: 25, sphericalStep: 1, sourceStep: 0.5 },
  },
  {
    name: "until steps are too short",
    ...{ plain: plainModel({ seed: 4, bend: 2 }), x: points(2) },
    options: { epsilon, steps: 450, sourceStep: 1e-6, sphericalStep: 1 },
  },
  {
    name: "of one feature, around which there is no way",
    ...{ plain: plainModel({ inputs: 1, seed: 8 }), x: points(2, 1) },
    options: { epsilon, steps: 25 },
  },
], { tolerance: 1e-5 });
