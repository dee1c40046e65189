/** Lying bars, each with its name before it and its value behind it. @module */

import type { BarsFigure } from "../../src/paper/figure.ts";
import { colorOf } from "./colors.ts";
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
  titleOf,
  WIDTHS,
} from "./svg.ts";

/** Height of a bar, and what lies between groups. */
const BAR = 14, GAP = 9;

/** What stands in the place of a bar whose value is not known. */
const UNKNOWN = "not known";

/** Bars of all groups at each place of the axis; groups of several are named in their color at the first place. */
export function bars({ x, y, groups }: BarsFigure, size: Size): Drawing {
  const width = WIDTHS[size];
  const places = [...new Set(groups.flatMap(({ values }) => values.map(({ x }) => x)))];
  const room = size === "wide" ? 30 : 17;
  const names = places.map((place) => wrapped(place, room));
  const left = Math.max(...names.flat().map(({ length }) => length)) * CHARACTER + 12;
  const right = width - 46;
  const values = groups.flatMap(({ values }) =>
    values.flatMap(({ value, high = value }) => value === null || high === null ? [] : [value, high])
  );
  const scale = scaleOf(y, values, [left, right], { zero: true });
  const several = groups.length > 1;
  const parts: string[] = [];
  let top = LINE + 6;
  if (several) {
    groups.forEach(({ name }, i) => {
      parts.push(
        element("rect", { x: left, y: top + i * LINE, width: 10, height: 10, fill: colorOf(name, i) }),
        text(left + 15, top + i * LINE + 9, name),
      );
    });
    top += groups.length * LINE + 8;
  }
  places.forEach((place, at) => {
    const own = groups.flatMap(({ name, values }, i) =>
      values.filter(({ x }) => x === place).map((value) => ({
        ...value,
        color: colorOf(several ? name : place, i),
      }))
    );
    const height = Math.max(own.length * BAR, names[at].length * (LINE - 2));
    names[at].forEach((line, i, { length }) => {
      const y = top + height / 2 + (i - (length - 1) / 2) * (LINE - 2) + 4;
      parts.push(text(left - 7, y, line, { "text-anchor": "end" }));
    });
    own.forEach(({ value, low, high, color }, i) => {
      const y = top + (height - own.length * BAR) / 2 + i * BAR;
      if (value === null) {
        parts.push(text(left + 4, y + BAR - 3, UNKNOWN));
        return;
      }
      parts.push(
        element("rect", { x: left, y: y + 1, width: scale(value) - left, height: BAR - 2, fill: color }),
      );
      if (low !== undefined && high !== undefined) {
        parts.push(
          element("line", {
            x1: scale(low),
            x2: scale(high),
            y1: y + BAR / 2,
            y2: y + BAR / 2,
            class: "range",
          }),
        );
      }
      parts.push(text(Math.max(scale(value), scale(high ?? value)) + 4, y + BAR - 3, short(value)));
    });
    top += height + GAP;
  });
  parts.unshift(
    text(0, LINE - 2, `${titleOf(y)}, by: ${titleOf(x)}`),
    ...scale.ticks.flatMap((tick) => [
      element("line", { x1: scale(tick), x2: scale(tick), y1: LINE + 6, y2: top, class: "grid" }),
      text(scale(tick), top + LINE, tickText(tick), { "text-anchor": "middle" }),
    ]),
  );
  return drawing(width, top + 1.6 * LINE, parts);
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
