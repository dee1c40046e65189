/** Lines over a common axis, and small charts of them side by side. @module */

import type { LinesFigure } from "../../src/paper/figure.ts";
import { colorOf } from "./colors.ts";
import {
  apart,
  CHARACTER,
  type Drawing,
  drawing,
  element,
  LINE,
  scaleOf,
  type Size,
  text,
  titleOf,
  WIDTHS,
  xAxis,
  yAxis,
} from "./svg.ts";

type Series = LinesFigure["series"][number];

/** Lines with their names at their ends, or in narrow pages below the chart where they are long. */
export function lines({ x, y, series, marks = [] }: LinesFigure, size: Size): Drawing {
  const width = WIDTHS[size];
  const longest = Math.max(...series.map(({ name }) => name.length)) * CHARACTER + 12;
  const beside = longest < 0.42 * width;
  const [left, right, top] = [44, width - (beside ? longest : 14), 30];
  const bottom = top + (size === "wide" ? 260 : 200);
  const points = series.flatMap(({ points }) => points);
  const xs = scaleOf(x, points.map(([x]) => x), [left, right], { ticks: size === "wide" ? 6 : 4 });
  const ys = scaleOf(y, points.map(([, y]) => y), [bottom, top]);
  const height = bottom + 2.6 * LINE;
  const names = series.map(({ name, emphasis }) => ({ name, color: colorOf(name, emphasis ? 0 : 1) }));
  const below = beside ? [] : key(names, { left, top: height + LINE });
  return drawing(width, height + (beside ? 0 : LINE * (names.length + 1)), [
    ...xAxis(xs, { top, bottom, title: titleOf(x) }),
    ...yAxis(ys, { left, right, top, title: titleOf(y) }),
    ...marks.map(({ x: at, label }) =>
      element("line", { x1: xs(at), x2: xs(at), y1: top, y2: bottom, class: "mark" }) +
      // above the chart, where no line runs through it
      text(xs(at), top - 3, label)
    ),
    ...series.map((each) => path(each, xs, ys)),
    ...(beside ? ends(series, xs, ys, [top, bottom]) : below),
  ]);
}

function path(
  { name, points, emphasis }: Series,
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  const at = seen(points.map(([a, b]) => [x(a), y(b)])).map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`);
  return element("path", {
    d: `M${at.join("L")}`,
    stroke: colorOf(name, emphasis ? 0 : 1),
    "stroke-width": emphasis ? 2.6 : 1.5,
    // what differs from a model in more than its kind
    ...(name.includes(",") && { "stroke-dasharray": "5 3" }),
    class: "line",
  });
}

/** How far a line may be from a point that it leaves out, in units of the drawing: less than is to be seen. */
const SEEN = 0.25;

/** The corners of the line through `points`, from left to right, without what lies on the way to the next. */
function seen(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const kept = points.slice(0, 1);
  for (let from = 0; from < points.length - 1;) {
    const [a, b] = points[from];
    let to = from + 1;
    const leaves = (end: number) => {
      const slope = (points[end][1] - b) / (points[end][0] - a);
      return points.slice(from + 1, end).every(([x, y]) => Math.abs(b + slope * (x - a) - y) <= SEEN);
    };
    while (to + 1 < points.length && points[to + 1][0] > a && leaves(to + 1)) to++;
    kept.push(points[to]);
    from = to;
  }
  return kept;
}

/** The name of each line at its end. */
function ends(
  series: readonly Series[],
  x: (v: number) => number,
  y: (v: number) => number,
  [top, bottom]: readonly [number, number],
): string[] {
  const last = series.map(({ points }) => points[points.length - 1]);
  const places = apart(last.map(([, b]) => y(b)), top, bottom);
  return series.map(({ name, emphasis }, i) =>
    text(x(last[i][0]) + 6, places[i] + 4, name, {
      fill: colorOf(name, emphasis ? 0 : 1),
      ...(emphasis && { "font-weight": "bold" }),
    })
  );
}

/** Names in their colors, a line for each. */
function key(
  names: readonly { name: string; color: string }[],
  { left, top }: { left: number; top: number },
) {
  return names.map(({ name, color }, i) =>
    element("line", {
      x1: left,
      x2: left + 16,
      y1: top + i * LINE,
      y2: top + i * LINE,
      stroke: color,
      "stroke-width": 3,
    }) + text(left + 22, top + i * LINE + 4, name)
  );
}

/** A small chart for each panel in the order of the series, its axes aligned with those beside it. */
export function panels({ x, y, series }: LinesFigure, size: Size): Drawing {
  const columns = size === "wide" ? 4 : 2;
  const order = [...new Set(series.map(({ panel = "" }) => panel))];
  const [cell, rowHeight, plotHeight, gap] = [WIDTHS[size] / columns, 126, 58, 34];
  const names = [...new Set(series.map(({ name }) => name))];
  const many = names.length > 1;
  const top = many ? LINE * (names.length + 1) : LINE + 4;
  // one scale of y for all, so that heights compare
  const all = series.flatMap(({ points }) => points.map(([, y]) => y));
  const charts = order.flatMap((panel, i) => {
    const own = series.filter((each) => (each.panel ?? "") === panel);
    const [left, right] = [(i % columns) * cell + gap, (i % columns + 1) * cell - 12];
    const head = top + Math.floor(i / columns) * rowHeight + 2.6 * LINE;
    const bottom = head + plotHeight;
    const xs = scaleOf(x, own.flatMap(({ points }) => points.map(([x]) => x)), [left, right], { ticks: 2 });
    const ys = scaleOf(y, all, [bottom, head], { ticks: 3 });
    const room = Math.floor((cell - 8) / (CHARACTER * 0.92));
    return [
      ...wrapped(panel, room).map((part, line, { length }) =>
        // clear of the highest number at the axis
        text(left - gap + 4, head - 9 - (length - 1 - line) * 11, part, { class: "panel" })
      ),
      ...xAxis(xs, { top: head, bottom }),
      ...yAxis(ys, { left, right, labels: i % columns === 0 }),
      ...own.map((each) => path(each, xs, ys)),
    ];
  });
  const title = text(0, LINE, `${titleOf(y)} against ${titleOf(x)}`);
  const legend = many
    ? key(names.map((name) => ({ name, color: colorOf(name, 1) })), { left: 0, top: 2 * LINE })
    : [];
  return drawing(WIDTHS[size], top + rowHeight * Math.ceil(order.length / columns) + 20, [
    title,
    ...legend,
    ...charts,
  ]);
}

/** `words` in lines of so many characters. */
export function wrapped(words: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
