/** The paper's figures and ours in one chart. @module */

import { windowOf } from "../../src/paper/claim.ts";
import type { ReportedClaim } from "../../src/report/report.ts";
import { wrapped } from "./lines.ts";
import {
  CHARACTER,
  type Drawing,
  drawing,
  element,
  LINE,
  scaleOf,
  type Size,
  text,
  tickText,
  WIDTHS,
  xAxis,
} from "./svg.ts";

/**
 * A row for each figure in percent that was run: the paper's as a stroke in the window of its tolerance, ours by the
 * exact gradient as a dot with the 95 % interval of chance, by the float32 gradient as a ring.
 */
export function dots(claims: readonly ReportedClaim[], images: number, size: Size): Drawing {
  const shown = claims.filter(({ kind, unit, mean }) =>
    kind === "published" && unit === "%" && mean !== null
  );
  const width = WIDTHS[size];
  const room = size === "wide" ? 44 : 22;
  const names = shown.map(({ what }) => wrapped(what, room));
  const left = (room + 2) * CHARACTER;
  const x = scaleOf({ label: "", domain: [0, 100] }, [], [left, width - 18], {
    ticks: size === "wide" ? 5 : 2,
  });
  const parts: string[] = [];
  let top = 50;
  shown.forEach(({ paper, mean, sd, values, float32, tolerance, relation }, i) => {
    const height = Math.max(names[i].length * (LINE - 2) + 4, 18);
    const y = top + height / 2;
    names[i].forEach((line, at, { length }) =>
      parts.push(
        text(left - 8, y + (at - (length - 1) / 2) * (LINE - 2) + 4, line, { "text-anchor": "end" }),
      )
    );
    const [low, high] = relation === "at least" ? [paper!, 100] : windowOf(paper!, tolerance!);
    const [from, to] = [Math.max(low, 0), Math.min(high, 100)];
    parts.push(
      element("rect", {
        x: x(from),
        y: y - 6,
        width: Math.max(x(to) - x(from), 2),
        height: 12,
        class: "window",
      }),
      element("line", { x1: x(paper!), x2: x(paper!), y1: y - 7, y2: y + 7, class: "paper" }),
    );
    const spread = sd === null ? interval(mean!, images) : 2 * sd / Math.sqrt(values.length);
    const [a, b] = [Math.max(mean! - spread, 0), Math.min(mean! + spread, 100)];
    parts.push(element("line", { x1: x(a), x2: x(b), y1: y, y2: y, class: "range" }));
    if (float32?.mean != null) {
      parts.push(element("circle", { cx: x(float32.mean), cy: y, r: 4, class: "ring" }));
    }
    parts.push(element("circle", { cx: x(mean!), cy: y, r: 3.4, class: "dot" }));
    top += height;
  });
  return drawing(width, top + 3 * LINE, [
    ...legend(left, size),
    // long charts are read far from their axis
    ...x.ticks.map((tick) => text(x(tick), 38, `${tickText(tick)} %`, { "text-anchor": "middle" })),
    ...xAxis(x, { top: 44, bottom: top, title: "%" }),
    ...parts,
  ]);
}

function legend(left: number, size: Size): string[] {
  const step = size === "wide" ? 92 : 46;
  const words = size === "wide" ? ["the paper", "ours", "ours, float32"] : ["paper", "ours", "float32"];
  const at = (i: number) => (size === "wide" ? left : 40) + i * step + (i > 0 ? 14 : 0);
  return [
    element("rect", { x: at(0) - 14, y: 6, width: 12, height: 12, class: "window" }),
    element("line", { x1: at(0) - 8, x2: at(0) - 8, y1: 5, y2: 19, class: "paper" }),
    element("circle", { cx: at(1) - 8, cy: 12, r: 3.4, class: "dot" }),
    element("circle", { cx: at(2) - 8, cy: 12, r: 4, class: "ring" }),
    ...words.map((word, i) => text(at(i), 16, word)),
  ];
}

/** Half of the interval in which a rate of so many images lies by chance, 19 times of 20. */
function interval(mean: number, images: number): number {
  const p = Math.min(Math.max(mean / 100, 0), 1);
  return 196 * Math.sqrt(p * (1 - p) / images);
}
