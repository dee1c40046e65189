/** Classes that a model claims everywhere in a region, and nowhere, proven. @module */

import type { Model } from "../models/model.ts";
import type { Chain, LinearLayer } from "./chain.ts";
import { boundChain } from "./crown.ts";
import type { Affine } from "./exact_linear.ts";
import { quadraticMinimum } from "./exact_rbf.ts";
import type { Form } from "./form.ts";
import { exp, log } from "./functions.ts";
import { linearMinimum, type Neighborhood } from "./neighborhood.ts";
import { substituted } from "./substitution.ts";

/** Classes that are claimed everywhere in a region, and those that are claimed nowhere. */
export function claimsIn(
  { head, classes }: Model,
  form: Form,
  around: Neighborhood,
  { threshold, method }: { threshold: number; method: "interval" | "crown" },
): { always: number[]; never: number[] } {
  const all = Array.from({ length: classes }, (_, c) => c);
  const odds = log(threshold) - log(1 - threshold);
  if (head.name === "softmax" || head.name === "binary") {
    // p = 1 / (1 + Σ e^−(s_c − s_j)) over the other classes j
    const others = all.flatMap((c) => all.filter((j) => j !== c).map((j) => [c, j] as const));
    const leads = leastOf(form, around, others, method);
    const sums = all.map(() => ({ most: 0, least: 0 }));
    others.forEach(([c, j], k) => {
      sums[c].most += exp(-leads[k]);
      // the greatest of s_j − s_c is less than the least of the reverse with its sign changed
      sums[j].least += exp(leads[k]);
    });
    const rest = (1 - threshold) / threshold;
    return {
      always: all.filter((c) => sums[c].most * (1 + ROUNDED) < rest),
      never: all.filter((c) => sums[c].least * (1 - ROUNDED) >= rest),
    };
  }
  const level = head.name === "exponential" ? log(threshold) : odds;
  const slack = ROUNDED * (1 + Math.abs(level));
  const least = leastOf(form, around, all.map((c) => [c, -1]), method);
  const most = leastOf(form, around, all.map((c) => [-1, c]), method);
  return {
    always: all.filter((c) => least[c] > level + slack),
    never: all.filter((c) => -most[c] <= level - slack),
  };
}

/** More than what is rounded in sums of exponentials and in logarithms. */
const ROUNDED = 1e-12;

/** The least value over a region of the score of one class less that of another, none being −1. */
function leastOf(
  form: Form,
  around: Neighborhood,
  pairs: readonly (readonly [number, number])[],
  method: "interval" | "crown",
): Float64Array {
  if (form.kind === "rbf") {
    const { cols, mu, beta } = form.scores;
    const none = new Float64Array(cols);
    const row = (of: Float64Array, c: number) => c < 0 ? none : of.subarray(c * cols, (c + 1) * cols);
    return Float64Array.from(pairs, ([of, less]) => {
      const parts = { s: row(beta, less), p: row(mu, less), t: row(beta, of), q: row(mu, of) };
      return quadraticMinimum(parts, around).lower;
    });
  }
  const rows = rowsFor(form.kind === "linear" ? form.scores : topOf(form.chain), pairs);
  if (form.kind === "chain") return substituted(boundChain(form.chain, around, { tightness: method }), rows);
  return Float64Array.from(pairs, (_, r) => {
    return linearMinimum(rows.W.subarray(r * rows.cols, (r + 1) * rows.cols), rows.b[r], around).lower;
  });
}

const topOf = ({ layers }: Chain) => layers.at(-1) as LinearLayer;

function rowsFor({ cols, W, b, slack }: Affine, pairs: readonly (readonly [number, number])[]): Affine {
  const out = {
    rows: pairs.length,
    cols,
    W: new Float64Array(pairs.length * cols),
    b: new Float64Array(pairs.length),
    slack: slack && new Float64Array(pairs.length),
  };
  pairs.forEach((pair, r) =>
    pair.forEach((c, side) => {
      if (c < 0) return;
      const sign = side === 0 ? 1 : -1;
      for (let i = 0; i < cols; i++) out.W[r * cols + i] += sign * W[c * cols + i];
      out.b[r] += sign * b[c];
      if (slack) out.slack![r] += slack[c];
    })
  );
  return out;
}
