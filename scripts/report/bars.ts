/** Bars, upright or lying. @module */

import type { TopLevelSpec } from "vega-lite";
import type { BarsFigure } from "../../src/paper/figure.ts";
import { frame, INK, nominal, quantitative, titleOf } from "./look.ts";

/** About what a character of an axis label is wide, in CSS pixels, and how many go into a line of a long one. */
const CHARACTER = 6.5, LINE = 18;

/** Upright, or lying where the labels would run into one another. */
export function bars({ x, y, groups }: BarsFigure, width: number): TopLevelSpec {
  const names = groups.map(({ name }) => name);
  const values = groups.flatMap(({ name, values }) =>
    values.map((each) => ({ ...each, x: inLines(each.x), name }))
  );
  const order = [...new Set(values.map(({ x }) => x))];
  const longest = Math.max(...groups.flatMap(({ values }) => values.map(({ x }) => x.length)));
  const lying = CHARACTER * longest > 0.9 * width / order.length;
  const [across, along] = lying ? ["y", "x"] as const : ["x", "y"] as const;
  const place = {
    [across]: {
      field: "x",
      type: "nominal" as const,
      title: titleOf(x),
      sort: order,
      axis: { labelAngle: 0 },
    },
    ...(groups.length > 1 && { [`${across}Offset`]: { field: "name", sort: names } }),
  };
  const ranges = values.filter(({ low, high }) => low !== undefined && high !== undefined);
  return {
    ...frame(width),
    ...(lying && { height: order.length * Math.max(14 * groups.length + 16, 36) }),
    layer: [
      {
        data: { values },
        mark: { type: "bar" },
        encoding: { ...place, [along]: quantitative("value", y, true), color: nominal(names, width) },
      },
      {
        data: { values: ranges },
        mark: { type: "rule", color: INK },
        encoding: { ...place, [along]: quantitative("low", y, true), [`${along}2`]: { field: "high" } },
      },
    ],
  };
}

/** `text` broken between words where a line is full. */
function inLines(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
