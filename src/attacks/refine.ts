/** Adversarial inputs brought nearer by planes that stand for the boundary. @module */

import type { Answer, AttackRun, Chunk, Query } from "./query.ts";
import type { Matrix } from "../matrix.ts";
import { integer } from "../schema.ts";
import { rivals } from "./lead.ts";
import { askLead, comparedLabels, keepNearer, type Search } from "./nearest.ts";
import { distance, lengthOf, type Reach, setRoom, writeDisplaced } from "./reach.ts";
import { projectToPlane } from "./plane.ts";
import { allRows, copyRow, gather } from "./rows.ts";

/** How the result of a search is refined. */
export interface RefinementOptions {
  /**
   * Steps that bring what was found nearer: the nearest point of the boundary as it is by the gradient at the point found,
   * exact if the model is linear; default 10.
   */
  refinements?: number;
}

/** The same as a schema. */
export const REFINEMENTS = {
  refinements: integer("Steps that bring what was found nearer along the boundary", { min: 0, default: 10 }),
} as const;

/** By how much more than the gap a step goes, so that rounding does not undo it; where that is too little, ten times as much. */
const BEYOND = 1e-6;

/** Part of the gap by which rounding alone may miss. */
const MISSED = 1e-4;

/** Part of a step after which no shorter one is tried. */
const SHORTEST = 1 / 64;

/** Classes whose boundaries are looked at where a refinement begins. */
const RIVALS = 9;

function* refine(chunk: Chunk, search: Search, rounds: number): Generator<Query, void, Answer> {
  const { own, found, far, reach: within, rows } = search, { inputs, d } = within;
  const slopes = chunk.matrix("slopes", far.length), next = chunk.matrix("next", far.length);
  // the plane that stands for the boundary: slopes · (x − own) = gap
  const gaps = new Float64Array(far.length);
  const beyond = new Float64Array(far.length).fill(BEYOND), part = new Float64Array(far.length).fill(1);
  let open = allRows(far.length).filter((k) => far[k] < Infinity);
  const keep = (
    k: number,
    { gradient, values, i }: { gradient: Matrix; values: Float64Array; i: number },
  ) => {
    copyRow(slopes, k, gradient, i);
    gaps[k] = gapOf(within, { gradient, value: values[i], i }, [found, own, k]);
  };
  yield* nearestPlanes(chunk, search, { open, keep });
  for (let round = 0; round < rounds; round++) {
    open = open.filter((k) => {
      if (!(part[k] >= SHORTEST && gaps[k] > 0)) return false;
      setRoom(within, own, k);
      projectToPlane(within, slopes, k, gaps[k] * (1 + beyond[k]));
      if (part[k] < 1) {
        for (let j = 0, p = k * inputs; j < inputs; j++, p++) {
          const reached = found.data[p] - own.data[p];
          d[j] = reached + part[k] * (d[j] - reached);
        }
      }
      writeDisplaced(within, next, own, k);
      return true;
    });
    if (open.length === 0) return;
    const at = gather(chunk.matrix("tried", open.length), next, open);
    const { gradient, values, fooled } = yield* askLead(chunk, {
      x: at,
      rows: open.map((k) => rows[k]),
      done: 1,
    });
    const nearer = open.map((k, i) => Number(fooled[i] && distance(within, [at, i], [own, k]) < far[k]));
    keepNearer(search, at, { fooled, places: open });
    open.forEach((k, i) => {
      if (nearer[i]) {
        keep(k, { gradient, values, i });
        part[k] = Math.min(1, 2 * part[k]);
      } else if (values[i] > -MISSED * gaps[k] && beyond[k] < MISSED) beyond[k] *= 10;
      else part[k] /= 2;
    });
  }
}

/** What a·(x − own) is to be for a lead of 0, by its value and gradient a at the point found. */
function gapOf(
  { inputs }: Reach,
  { gradient, value, i }: { gradient: Matrix; value: number; i: number },
  [found, own, k]: [Matrix, Matrix, number],
): number {
  let gap = -value;
  for (let j = 0, p = i * inputs, q = k * inputs; j < inputs; j++, p++, q++) {
    gap += gradient.data[p] * (found.data[q] - own.data[q]);
  }
  return gap;
}

/** Keeps for each example the nearest of the boundaries to other classes, as they are by the gradients at the point found. */
function* nearestPlanes(
  chunk: Chunk,
  { own, found, scores, reach: within, rows }: Search,
  { open, keep }: {
    open: Int32Array;
    keep: (k: number, how: { gradient: Matrix; values: Float64Array; i: number }) => void;
  },
): Generator<Query, void, Answer> {
  if (open.length === 0) return;
  const { classes } = chunk.model;
  const others = chunk.target ? undefined : rivals(scores, comparedLabels(chunk, rows), classes);
  const at = gather(chunk.matrix("tried", open.length), found, open);
  const least = new Float64Array(open.length).fill(Infinity);
  for (let rank = 0; rank < (others ? Math.min(RIVALS, classes - 1) : 1); rank++) {
    const { gradient, values } = yield* askLead(chunk, {
      x: at,
      rows: open.map((k) => rows[k]),
      to: others && open.map((k) => others[k * (classes - 1) + rank]),
      done: 1,
    });
    open.forEach((k, i) => {
      const gap = gapOf(within, { gradient, value: values[i], i }, [found, own, k]);
      setRoom(within, own, k);
      if (!(gap > 0) || !projectToPlane(within, gradient, i, gap)) return;
      const length = lengthOf(within);
      if (length >= least[i]) return;
      least[i] = length;
      keep(k, { gradient, values, i });
    });
  }
}

/** Brings what was found nearer, and gives the chunk's inputs with it. */
export function* finishSearch(
  chunk: Chunk,
  search: Search,
  { refinements }: Required<RefinementOptions>,
): AttackRun {
  if (refinements > 0) yield* refine(chunk, search, refinements);
  const { x, matrix, constraint } = chunk;
  const out = matrix("out");
  out.data.set(x.data);
  search.rows.forEach((row, k) => copyRow(out, row, search.found, k));
  return constraint.discrete ? yield* rounded(chunk, out) : out;
}

/** What is nearest on a grid is beyond a search: `out` rounded, and kept where it still fools. */
function* rounded({ x, constraint }: Chunk, out: Matrix): AttackRun {
  constraint.withEpsilon(Number.MAX_VALUE).around(x).project(out);
  const fooled = (yield { ask: "labels", x: out }).fooled();
  fooled.forEach((hit, row) => {
    if (!hit) copyRow(out, row, x, row);
  });
  return out;
}
