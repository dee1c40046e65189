/** The nearest point of a plane within a box against bisection, sorting and every subset, in each norm. */

import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { projectToPlane } from "../../src/attacks/plane.ts";
import { type Reach, reach, setRoom } from "../../src/attacks/reach.ts";
import type { ConstraintOptions, Distance } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The shortest difference to a·d = `gap` for features that can go as far as `room` along their slopes `steep`. */
const shortest: Record<
  string,
  (how: { steep: number[]; room: number[]; speed: number[]; gap: number }) => {
    length: number;
    d?: number[];
  }
> = {
  Linf: (how) => alongSpeeds(how),
  L2: ({ steep, room, gap }) => alongSpeeds({ steep, room, speed: steep, gap }),
  L1({ steep, room, gap }) {
    // the greatest slope first
    let length = 0;
    for (const j of [...steep.keys()].sort((p, q) => steep[q] - steep[p])) {
      const far = steep[j] > 0 ? Math.min(room[j], gap / steep[j]) : 0;
      length += far;
      gap -= far * steep[j];
    }
    return { length };
  },
  L0({ steep, room, gap }) {
    const gains = steep.map((slope, j) => slope > 0 ? slope * room[j] : 0);
    const counts = Array.from({ length: 2 ** gains.length }, (_, set) => {
      const own = gains.filter((_, j) => set >> j & 1);
      return sum(own) >= gap ? own.length : Infinity;
    });
    return { length: Math.min(...counts) };
  },
};

/** By bisection on the time. */
function alongSpeeds({ steep, room, speed, gap }: Parameters<typeof shortest[string]>[0]) {
  const at = (t: number) => room.map((limit, j) => steep[j] > 0 ? Math.min(limit, t * speed[j]) : 0);
  let low = 0, high = 1e5;
  for (let k = 0; k < 90; k++) {
    const t = (low + high) / 2;
    if (sum(at(t).map((far, j) => far * steep[j])) < gap) low = t;
    else high = t;
  }
  const d = at(high);
  return { length: Math.max(...d), d };
}

const lengthOf = (d: ArrayLike<number>, norm: Distance) => {
  const all = Array.from(d, Math.abs);
  return norm === "L1" ? sum(all) : norm === "L0" ? all.filter((each) => each > 0).length : Math.max(...all);
};

function around(
  norm: Distance,
  x: readonly number[],
  options: Partial<ConstraintOptions> = {},
): Reach {
  const within = reach(constraint(x.length, { epsilon: 1, norm, ...options }));
  setRoom(within, matrix(1, x.length, x), 0);
  // what is left of another example
  within.d.fill(9);
  return within;
}

const NORMS = ["Linf", "L2", "L1", "L0"] as const;

Deno.test("projectToPlane() gives the shortest difference within the box, or the one that comes nearest", () => {
  const D = 7, rows = 24;
  const slopes = uniformMatrix(rows, D, 1), xs = uniformMatrix(rows, D, 2, { lo: 0, hi: 1 });
  // ties, and no slope at all
  slopes.data.forEach((value, k) => {
    if (k % 5 < 2) slopes.data[k] = Math.round(value * 2) / 2;
  });
  let far = 0;
  for (const norm of NORMS) {
    for (const bounds of [[0, 1], [-Infinity, Infinity]] as const) {
      for (const epsilon of norm === "Linf" ? [1, [1, 0.5, 0.25, 0, 1, 0.75, 0.1]] : [1]) {
        for (let i = 0; i < rows; i++) {
          const x = Array.from(xs.data.subarray(i * D, (i + 1) * D));
          const a = Array.from(slopes.data.subarray(i * D, (i + 1) * D));
          const within = around(norm, x, { bounds, fixed: [2], epsilon });
          const gap = (i % 2 ? 1 : -1) * [0.01, 0.3, 1, 2][i % 4 ^ i >> 2 & 3];
          const name = `${norm} in ${bounds}, row ${i}`;
          const reached = projectToPlane(within, slopes, i, gap);
          const d = [...within.d];
          const way = a.map((slope) => slope * Math.sign(gap));
          const steep = a.map((slope, j) => within.featureScale[j] > 0 ? Math.abs(slope) : 0);
          const room = way.map((slope, j) => slope > 0 ? within.maxStep[j] : -within.minStep[j]);
          const most = sum(steep.map((slope, j) => slope > 0 ? slope * room[j] : 0));
          assertEquals(reached, most >= Math.abs(gap), name);
          const gained = sum(d.map((value, j) => value * way[j]));
          assertClose([gained], [Math.min(most, Math.abs(gap))], 1e-12, name);
          d.forEach((value, j) => {
            assert(Math.abs(value) <= room[j], name);
            assert(value === 0 || steep[j] > 0 && Math.sign(value) === Math.sign(way[j]), name);
          });
          if (!reached) {
            far++;
            continue;
          }
          const best = shortest[norm]({ steep, room, speed: [...within.featureScale], gap: Math.abs(gap) });
          assertClose([lengthOf(d, norm)], [best.length], 1e-9, name);
          if (best.d) assertClose(d.map(Math.abs), best.d, 1e-9, name);
        }
      }
    }
  }
  assert(far > 5, `${far} out of reach`);
});

Deno.test("projectToPlane() reaches a plane that touches the corner of the box, and none beyond", () => {
  for (const norm of NORMS) {
    const within = around(norm, [0.5, 0.5, 0.5], { bounds: [0, 1] });
    const slopes = matrix(1, 3, [1, -2, 0]);
    for (const [gap, reached, d] of [[1.5, true, 0.5], [-1.5, true, -0.5], [1.75, false, 0.5]] as const) {
      assertEquals(projectToPlane(within, slopes, 0, gap), reached, `${norm}, ${gap}`);
      assertClose(within.d, [d, -d, 0], 1e-15, norm);
    }
  }
});

Deno.test("projectToPlane() of gap 0 is difference 0, and a gap of NaN is not reached", () => {
  for (const norm of NORMS) {
    for (const [gap, reached] of [[0, true], [Infinity, false], [-Infinity, false], [NaN, false]] as const) {
      const within = around(norm, [0, 0]);
      assertEquals(
        [projectToPlane(within, matrix(1, 2, [1, 2]), 0, gap), ...within.d],
        [reached, 0, 0],
        norm,
      );
      within.d.fill(9);
    }
    const level = around(norm, [0, 0]);
    assertEquals([projectToPlane(level, matrix(1, 2), 0, 1), ...level.d], [false, 0, 0], norm);
  }
});

Deno.test("projectToPlane() takes in L1 the one greatest slope and in L0 the one feature that is enough", () => {
  const slopes = matrix(1, 5, [1, 4, -2, 3, 4.5]);
  const one = around("L1", [0, 0, 0, 0, 0], { fixed: [4] });
  assertEquals([projectToPlane(one, slopes, 0, 2), ...one.d], [true, 0, 0.5, 0, 0, 0]);
  const few = around("L0", [0, 0, 0, 0, 0], { bounds: [-1, 1] });
  assertEquals([projectToPlane(few, slopes, 0, 5), ...few.d].filter((each) => each === 0).length, 3);
  // the last of them only as far as is needed
  assertEquals(few.d[4] === 1 && few.d[1] === 0.125, true);
});

Deno.test("projectToPlane() in L1 and L0 moves no feature farther than needed, in spite of rounding", () => {
  for (const norm of ["L1", "L0"] as const) {
    for (let k = 1; k < 50; k++) {
      const within = around(norm, [0, 0], { bounds: [-1, 1] }), slope = k / 7;
      // (gap / slope) · slope is less than the gap for some of them
      assertEquals(projectToPlane(within, matrix(1, 2, [slope, 0.1]), 0, slope / 3), true, `${norm} ${k}`);
      assertEquals(within.d[1], 0, `${norm} ${k}`);
    }
  }
});
