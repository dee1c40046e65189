import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Attack } from "../../src/attacks/attack.ts";
import { carliniWagner, ddn, deepFool, fab, fmn, jsma, lbfgs } from "../../src/attacks/mod.ts";
import type { Distance, Norm } from "../../src/constraints/constraint.ts";
import { linearDistance } from "../../src/certify/exact_linear.ts";
import { batch } from "../../src/data/batch.ts";
import { type Matrix, rowsOf } from "../../src/matrix.ts";
import { maxout, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, ordinaryTensors, userModel } from "../models/specimens.ts";

const MINIMAL: readonly Attack[] = [
  carliniWagner,
  ddn,
  deepFool,
  fab,
  fmn,
  jsma,
  lbfgs,
] as object[] as Attack[];
const D = 12, EXAMPLES = 12;

/** A linear model, its scores in double, and examples near its middle that it gets right. */
function linear(classes: number) {
  const W = uniformMatrix(classes, D, 3);
  const tensors = {
    W: { shape: [classes, D], data: W.data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const scores = { rows: classes, cols: D, W: Float64Array.from(W.data), b: new Float64Array(classes) };
  const made = model(softmaxLinear({ inputs: D, classes }), { tensors });
  const x = uniformMatrix(EXAMPLES, D, 5, { lo: 0, hi: 1 });
  const labels = Int32Array.from({ length: EXAMPLES }, (_, b) => {
    const all = made.scores(rowsOf(x, b, b + 1)).data;
    return all.indexOf(Math.max(...all));
  });
  return { made, scores, examples: batch({ x, labels, classes }) };
}

/** How far each row of `to` is from that of `from`. */
function distances(from: Matrix, to: Matrix, norm: string): number[] {
  return Array.from({ length: from.rows }, (_, b) => {
    const own = rowsOf(from, b, b + 1).data;
    const by = Array.from(rowsOf(to, b, b + 1).data, (value, i) => Math.abs(value - own[i]));
    if (norm === "Linf") return Math.max(...by);
    if (norm === "L0") return by.filter((each) => each > 0).length;
    return norm === "L2" ? Math.hypot(...by) : by.reduce((a, b) => a + b, 0);
  });
}

/** The exact distance to the boundary of a linear model; in L0 those features first that gain most. */
function exactDistance(
  { scores, label, x, norm }: {
    scores: ReturnType<typeof linear>["scores"];
    label: number;
    x: Float64Array;
    norm: Distance;
  },
  [lo, hi]: readonly [number, number],
): number {
  if (norm !== "L0") {
    const [least, greatest] = [new Float64Array(D).fill(lo), new Float64Array(D).fill(hi)];
    return linearDistance(scores, label, { x, lo: least, hi: greatest, norm: norm as Norm });
  }
  let least = Infinity;
  for (let rival = 0; rival < scores.rows; rival++) {
    if (rival === label) continue;
    const a = x.map((_, i) => scores.W[label * D + i] - scores.W[rival * D + i]);
    let left = a.reduce((sum, slope, i) => sum + slope * x[i], scores.b[label] - scores.b[rival]);
    const gains = Array.from(a, (slope, i) => slope * (slope > 0 ? x[i] - lo : x[i] - hi)).sort((p, q) =>
      q - p
    );
    const count = gains.findIndex((gain) => (left -= gain) < 0) + 1;
    if (count > 0) least = Math.min(least, count);
  }
  return least;
}

Deno.test("minimal attacks on linear models find the exact distance within the box, in every norm and of every class", () => {
  for (const classes of [2, 3, 10]) {
    const { made, scores, examples } = linear(classes);
    for (const attack of MINIMAL) {
      for (const norm of attack.norms) {
        for (const [lo, hi] of [[0, 1], [-Infinity, Infinity]] as const) {
          const name = `${attack.name} in ${norm} within ${lo}, ${hi} of ${classes} classes`;
          const { x, fooled } = attack(made, examples, { norm, epsilon: 100, bounds: [lo, hi] });
          const far = distances(examples.x, x, norm);
          for (let b = 0; b < EXAMPLES; b++) {
            const own = Float64Array.from(rowsOf(examples.x, b, b + 1).data);
            const exact = exactDistance({ scores, label: examples.labels[b], x: own, norm }, [lo, hi]);
            assertEquals(fooled[b], Number(exact < Infinity), `${name}, example ${b}: ${exact}`);
            if (exact === Infinity) continue;
            assert(
              far[b] > exact - 1e-5 && far[b] < exact + 1e-5 + 1e-5 * exact,
              `${name}, example ${b}: ${far[b]} against ${exact}`,
            );
          }
        }
      }
    }
  }
});

Deno.test("minimal attacks at a target reach it where there is a way, and no other class counts", () => {
  const { made, examples } = linear(3);
  for (const attack of MINIMAL) {
    for (const norm of attack.norms) {
      for (const target of [0, 2]) {
        const { predicted } = attack(made, examples, { norm, epsilon: 100, target });
        assert(predicted.every((answer) => answer === target), `${attack.name} in ${norm} at ${target}`);
      }
    }
  }
});

Deno.test("minimal attacks agree on networks, and refinement brings none farther", () => {
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  for (const [each, name] of [[net, "maxout"], [userModel(), "a user's model"]] as const) {
    const examples = examplesFor(each, 60, { lo: 0, hi: 1 });
    for (const norm of ["Linf", "L2", "L1", "L0"] as const) {
      const given = { norm, epsilon: 100, bounds: [-1, 2] as const };
      const runs = MINIMAL.filter(({ norms }) => norms.includes(norm)).map((attack) => {
        const rough = attack(each, examples, { ...given, refinements: 0 } as typeof given);
        const fine = attack(each, examples, given);
        const [before, after] = [rough, fine].map(({ x }) => distances(examples.x, x, norm));
        after.forEach((far, b) =>
          assert(far <= before[b] || !rough.fooled[b], `${attack.name} on ${name}, example ${b}`)
        );
        return { attack, far: after.map((far, b) => fine.fooled[b] ? far : Infinity) };
      });
      for (const { attack, far } of runs) {
        const best = far.map((_, b) => Math.min(...runs.map((run) => run.far[b])));
        const near = far.filter((value, b) => value <= 1.02 * best[b] || value === best[b]).length;
        assert(near >= 0.75 * far.length, `${attack.name} in ${norm} on ${name}: ${near} of ${far.length}`);
      }
    }
  }
});
