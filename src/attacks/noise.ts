/** Noise: the controls of the attacks that look. @module */

import { addStep } from "../kernels/attack.ts";
import type { Matrix } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import { fillSigns, fillUniform, type Rng } from "../rng.ts";
import { integer } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import type { AttackRun, Chunk } from "./query.ts";
import { allRows, gather, scatter } from "./rows.ts";

/** How often noise is drawn. */
export interface NoiseOptions {
  /** Draws for each example, of which the first that fools the model is kept; default 1. */
  restarts?: number;
}

const OPTIONS = {
  restarts: integer("Draws for each example, of which the first that fools the model is kept", {
    min: 1,
    default: 1,
  }),
} as const;

/**
 * Random signs: each input moves by ε up or down, as far as the fast gradient sign method would move it but without
 * looking (the control of the paper's section 6); in L2 and L1 all by the same, so that the whole has the size. With more draws than one it asks for the model's labels: an attack on
 * models of which nothing else is known.
 *
 * @throws {InputError} if ε is negative or not finite, or bounds do not fit
 */
export const signNoise: Attack<NoiseOptions, Classifier> = makeAttack({
  name: "signNoise",
  summary: "Moves each input by the size, up or down by chance",
  needs: "labels",
  norms: ["Linf", "L2", "L1"],
  options: OPTIONS,
  run: (chunk, { restarts }) =>
    draws(chunk, restarts, (out, stream) => {
      const { region, x, constraint: { norm, epsilon, fixed, inputs } } = chunk;
      perRow([out, chunk.matrix("row", 1)], stream, (row, from) => fillSigns(row, from, { epsilon: 1 }));
      if (norm === "Linf") return region.step(out, x, { direction: out });
      const { data } = out, free = fixed ? fixed.reduce((count, stays) => count - stays, inputs) : inputs;
      // without a free feature none is moved
      const each = (epsilon as number) / (norm === "L2" ? Math.sqrt(free) : free);
      for (let i = 0; i < data.length; i++) data[i] *= each;
      addStep(out, x, { step: out });
      region.relax(out);
    }),
});

/**
 * Uniform noise: each input moves by a number drawn from −ε … ε (the second control of the paper's section 6); in L2 and L1 all
 * move to a point drawn from the ball.
 *
 * @throws {InputError} if ε is negative or not finite, or bounds do not fit
 */
export const uniformNoise: Attack<NoiseOptions, Classifier> = makeAttack({
  name: "uniformNoise",
  summary: "Moves each input by a number drawn from −size … size",
  needs: "labels",
  norms: ["Linf", "L2", "L1"],
  options: OPTIONS,
  run: (chunk, { restarts }) =>
    draws(chunk, restarts, (out, stream) => {
      const { norm, sizes, box, inputs } = chunk.constraint;
      if (norm !== "Linf") return chunk.region.sample(out, stream);
      perRow([out, chunk.matrix("row", 1)], stream, (row, from) => fillUniform(row, from, { lo: -1, hi: 1 }));
      const { data } = out;
      for (let i = 0; i < data.length; i++) data[i] *= sizes[i % inputs];
      addStep(out, chunk.x, { step: out, bounds: box });
      if (!box) chunk.region.relax(out);
    }),
});

/** The last of some draws of noise, or the first that fools. */
function* draws(
  { x, region, constraint, rng, matrix }: Chunk,
  restarts: number,
  draw: (out: Matrix, stream: (row: number) => Rng) => void,
): AttackRun {
  const out = matrix("out");
  const noisy = (k: number) => {
    // its own name, or a draw would depend on how many there are
    draw(out, (row) => k === 0 ? rng(row) : rng(row).split("draw", k));
    if (constraint.discrete) region.project(out);
  };
  noisy(0);
  if (restarts === 1) return out;
  const kept = matrix("kept");
  let open = allRows(x.rows);
  for (let k = 1;; k++) {
    const tried = gather(matrix("tried", open.length), out, open);
    scatter(kept, tried, open);
    if (k === restarts) return kept;
    const fooled = (yield { ask: "labels", x: tried, rows: open, done: k / restarts }).fooled();
    open = open.filter((_, i) => !fooled[i]);
    if (open.length === 0) return kept;
    noisy(k);
  }
}

/** Each row of `out` drawn from its own stream, in `row`, (1, D). */
function perRow(
  [out, row]: readonly [out: Matrix, row: Matrix],
  stream: (row: number) => Rng,
  fill: (row: Matrix, from: Rng) => void,
): void {
  for (let i = 0; i < out.rows; i++) {
    fill(row, stream(i));
    out.data.set(row.data, i * out.cols);
  }
}
