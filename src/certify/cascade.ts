/** Certificates for networks, example by example: each bound sees only the classes that the ones before left open. @module */

import { type Chain, type LinearLayer, marginOf, scoresOf } from "./chain.ts";
import { optimized } from "./alpha.ts";
import { boundChain } from "./crown.ts";
import { pointToward, search } from "./complete.ts";
import { differences } from "./exact_linear.ts";
import { globalHalfBilinear, halfBilinear } from "./hidden.ts";
import { hasOneHiddenLayer } from "./hidden_units.ts";
import { type Neighborhood, roundingError } from "./neighborhood.ts";
import { bilinearMaximum } from "./semidefinite.ts";
import { type Path, substituted } from "./substitution.ts";
import { Workspace } from "../runtime/workspace.ts";
import type { Weights } from "./weights.ts";

/** What proves or refutes that an example is robust. */
export type Proof =
  | "clean"
  | "attack"
  | "exact"
  | "interval"
  | "crown"
  | "alphaCrown"
  | "global"
  | "semidefinite"
  | "complete";

/** What is known of one example. */
export interface Verdict {
  /** Whether no point of the region is misclassified. */
  readonly certified: boolean;
  /** Whether one is: the example itself, one that an attack found, or `witness`. */
  readonly falsified: boolean;
  /** What settled it; null if nothing did. */
  readonly method: Proof | null;
  /** The label's score less any other is at least this everywhere in the region; −Infinity where nothing is known. */
  readonly margin: number;
  /** A point of the region that is misclassified, where one was found, (D). */
  readonly witness?: Float64Array;
}

/** Bounds that a cascade uses, in this order. */
export interface Steps {
  /** Most by which each class can gain on each, (C·C) by label and rival, from `globalTable`. */
  readonly global?: Float64Array;
  readonly interval?: boolean;
  readonly crown?: boolean;
  /** Where slopes are optimised: for the scores alone, or for the bounds of the layers between too. */
  readonly alphaCrown?: "scores" | "layers";
  readonly semidefinite?: boolean;
  /** Branch and bound on what is open then, as long as it says so: made anew for each example. */
  readonly complete?: () => () => boolean;
}

/** Sweeps after which the semidefinite bound of one example is taken, and how closely the global one is, once for all. */
const CHECKS = [16, 40, 120], GLOBAL = { checks: [150], goal: -Infinity, excess: 3e-5 };

/** What is known of the example at the center of `within` by `steps`. */
export function cascade(
  chain: Chain,
  { within, label, workspace, weights }: {
    within: Neighborhood;
    label: number;
    workspace: Workspace;
    weights?: Weights;
  },
  steps: Steps,
): Verdict {
  const scores = scoresOf(chain, within.x);
  const clean = marginOf(scores, label);
  if (!(clean > 0)) {
    return { certified: false, falsified: true, method: "clean", margin: -Infinity, witness: within.x };
  }
  const margins = new Float64Array(chain.classes).fill(-Infinity);
  margins[label] = Infinity;
  const open = () => Array.from(margins.keys()).filter((c) => !(margins[c] > 0));
  const raise = (c: number, bound: number) => margins[c] = Math.max(margins[c], bound);
  const answer = (method: Proof | null): Verdict => ({
    certified: method !== null,
    falsified: false,
    method,
    margin: margins.reduce((a, b) => Math.min(a, b)),
  });

  if (steps.global) {
    const lost = roundingError(1e4, scores.reduce((size, s) => size + Math.abs(s), 0));
    for (const c of open()) {
      raise(c, scores[label] - scores[c] - steps.global[label * chain.classes + c] - lost);
    }
    if (open().length === 0) return answer("global");
  }
  const top = chain.layers.at(-1) as LinearLayer;
  const byLines = (lines: typeof substituted, path: Path) => {
    const rivals = open();
    lines(path, differences(top, label, rivals)).forEach((bound, k) => raise(rivals[k], bound));
    return open().length === 0;
  };
  if (steps.interval && byLines(substituted, boundChain(chain, within, { tightness: "interval", weights }))) {
    return answer("interval");
  }
  const path = steps.crown ? boundChain(chain, within, { weights }) : undefined;
  if (path && byLines(substituted, path)) return answer("crown");
  if (path && steps.alphaCrown) {
    if (byLines(optimized, path)) return answer("alphaCrown");
    const layers = steps.alphaCrown === "layers" && path.stages.length > 1;
    if (layers && byLines(optimized, boundChain(chain, within, { tightness: "alphaCrown", weights }))) {
      return answer("alphaCrown");
    }
  }
  const fooled = (method: Proof, witness: Float64Array): Verdict => ({
    certified: false,
    falsified: true,
    method,
    margin: -Infinity,
    witness,
  });
  const likely = () => open().sort((p, q) => scores[q] - scores[p]);
  let stuck = false;
  if (steps.semidefinite && path && hasOneHiddenLayer(chain, within)) {
    for (const c of likely()) {
      const of = halfBilinear(chain, path, { label, rival: c });
      const { bound, t } = bilinearMaximum(of, workspace, { checks: CHECKS, goal: 0 });
      raise(c, -bound);
      if (bound < 0) continue;
      const witness = pointToward(chain, { within, label, rival: c, t });
      if (witness) return fooled("semidefinite", witness);
      stuck = true;
      // one class that stays open is enough, unless a search goes on
      if (!steps.complete) break;
    }
    if (!stuck) return answer("semidefinite");
  }
  if (!steps.complete) return answer(null);
  const goOn = steps.complete();
  for (const rival of likely()) {
    const found = search(chain, { label, rival, within, workspace, weights, goOn });
    if (!found) return answer(null);
    if (found.witness) return fooled("complete", found.witness);
    raise(rival, Number.MIN_VALUE);
  }
  return answer("complete");
}

/** A label and a class that might be taken for it. */
export type ClassPair = readonly [label: number, rival: number];

/**
 * The most by which each class can gain on each other one within a ball of radius `epsilon`, wherever its center lies,
 * (C·C): for networks with one hidden layer whose units have at most two pieces. The same for a pair and its reverse.
 */
export function globalTable(
  chain: Chain,
  { epsilon, norm, pairs = allPairs(chain.classes) }: {
    epsilon: number | ArrayLike<number>;
    norm: "Linf" | "L2";
    /** Pairs to compute; the others are Infinity. */
    pairs?: readonly ClassPair[];
  },
): Float64Array {
  const out = new Float64Array(chain.classes * chain.classes).fill(Infinity);
  using workspace = new Workspace();
  for (const [label, rival] of pairs) {
    const of = globalHalfBilinear(chain, { label, rival, epsilon, norm });
    const { bound } = bilinearMaximum(of, workspace, GLOBAL);
    // the ball is symmetric
    out[label * chain.classes + rival] = out[rival * chain.classes + label] = bound;
  }
  return out;
}

/** Each pair of classes once. */
export function allPairs(classes: number): ClassPair[] {
  return Array.from({ length: classes }, (_, c) => Array.from({ length: c }, (_, d) => [c, d] as const))
    .flat();
}
