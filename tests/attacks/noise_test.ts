import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise, uniformNoise } from "../../src/attacks/noise.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { fillSigns, fillUniform, type Rng, rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

/** Class 1 where x₀ + x₁ + x₂ > 1.5. */
const FORMULA = quadratic([[0, 0, 0], [1, 1, 1]], [[0, 0, 0], [0, 0, 0]]);
const HARD = { ...FORMULA, scores: (x: Float64Array) => [1.5, FORMULA.scores(x)[1]] };

const EIGHTHS = matrix(
  9,
  3,
  uniformMatrix(9, 3, 8, { lo: 0, hi: 0.9 }).data.map((v) => Math.round(v * 8) / 8),
);

type Given = ConstraintOptions & { seed?: number; restarts?: number; first?: number };

/** One draw by its formula in double, around `own`. */
function drawn(name: string, own: Float64Array, given: Given, stream: Rng): Float64Array {
  const { norm = "Linf", epsilon, fixed } = given,
    all = constraint(3, { ...given, restarts: undefined } as Given);
  const original = matrix(1, 3, Float32Array.from(own)), out = matrix(1, 3);
  if (name === "signNoise") {
    fillSigns(out, stream, { epsilon: 1 });
    const free = 3 - (fixed?.length ?? 0);
    const size = (i: number) =>
      Array.from(fixed ?? []).includes(i)
        ? 0
        : norm === "Linf"
        ? typeof epsilon === "number" ? epsilon : epsilon[i]
        : (epsilon as number) / (norm === "L2" ? Math.sqrt(free) : free);
    out.data.forEach((sign, i) => out.data[i] = own[i] + sign * size(i));
  } else if (norm === "Linf") {
    fillUniform(out, stream, { lo: -1, hi: 1 });
    out.data.forEach((u, i) =>
      out.data[i] = own[i] +
        u * (Array.from(fixed ?? []).includes(i) ? 0 : typeof epsilon === "number" ? epsilon : epsilon[i])
    );
  } else all.around(original).sample(out, () => stream);
  all.project(out, original);
  return Float64Array.from(out.data);
}

function compare(attack: typeof signNoise, given: Given) {
  const { restarts = 1, seed = 0, first = 0 } = given, name = `${attack.name} ${JSON.stringify(given)}`;
  const model = asked(HARD), progress: number[] = [];
  const attacked = attack(model, batch({ x: EIGHTHS, labels: new Int32Array(9), classes: 2 }), {
    ...given,
    onProgress: (done) => progress.push(done),
  });
  const asks: Float64Array[][] = Array.from({ length: restarts - 1 }, () => []);
  rowsIn(EIGHTHS).forEach((own, row) => {
    const stream = rng(seed).split(first + row);
    let k = 0, at = own;
    for (;; k++) {
      at = drawn(attack.name, own, given, k === 0 ? stream : stream.split("draw", k));
      if (k + 1 === restarts) break;
      asks[k].push(at);
      if (HARD.scores(at)[1] > 1.5) break;
    }
    assertClose(rowsIn(attacked.x)[row], at, 1e-6, name);
    assertEquals(attacked.queries[row], k + Number(k + 1 < restarts), name);
  });
  const told = asks.filter((rows) => rows.length > 0);
  assertEquals(model.questions.length, told.length + 1, name);
  told.forEach((rows, k) => {
    assertClose(model.questions[k].x.flatMap((row) => [...row]), rows.flatMap((row) => [...row]), 1e-6, name);
    assertClose([progress[k]], [(k + 1) / restarts], 1e-9);
  });
  return attacked;
}

Deno.test("signNoise() and uniformNoise() keep the first of some draws that fools, or the last", () => {
  for (const attack of [signNoise, uniformNoise]) {
    for (const norm of ["Linf", "L2", "L1"] as const) {
      const epsilon = { Linf: 0.4, L2: 0.5, L1: 0.75 }[norm];
      compare(attack, { norm, epsilon });
      compare(attack, { norm, epsilon, bounds: [0, 1], seed: 3, first: 5 });
      compare(attack, {
        norm,
        epsilon,
        bounds: [[0, 1], [-1, 0.95], [0.1, 2]].map(([a, b]) => [a - 0.1, b] as const),
        fixed: [1],
      });
      const { fooled, queries } = compare(attack, { norm, epsilon, restarts: 5 });
      assert(fooled.includes(0) && fooled.includes(1) && new Set(queries).size > 1, norm);
      compare(attack, { norm, epsilon, restarts: 3, grid: 8, bounds: [0, 1] });
      compare(attack, { norm, epsilon, fixed: [0, 1, 2], restarts: 2 });
    }
    compare(attack, { epsilon: [0.1, 0.2, 0.8], restarts: 3 });
    // all fooled before the last draw
    const { queries } = compare(attack, { epsilon: 4, restarts: 40 });
    assert(Math.max(...queries) < 39);
  }
});
