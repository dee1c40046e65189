/** How charts look: their sizes, colors and axes. @module */

import type { Axis } from "../../src/paper/figure.ts";

/** Widths of a chart in CSS pixels: one is shown on wide pages, the other on narrow ones. */
export const WIDTHS = { wide: 620, narrow: 300 } as const;

/** Which of them. */
export type Size = keyof typeof WIDTHS;

/** Vega wants colors that it can compute with; each of these stands for one of the page's. */
export const INK = "#010203", RULE = "#040506";

/** Series beyond these share colors, and differ by dashes. */
export const SERIES = Array.from({ length: 8 }, (_, i) => `#0a000${i + 1}`);

/** How a line is drawn that shares its color. */
export const DASHES = [[1, 0], [6, 3], [2, 2]];

/** The page's color for each of those. */
export const STYLE: Readonly<Record<string, string>> = {
  [INK]: "var(--ink)",
  [RULE]: "var(--rule)",
  ...Object.fromEntries(SERIES.map((color, i) => [color, `var(--series-${i + 1})`])),
};

/** What all charts share but their size. */
export const LOOK = {
  config: {
    font: "system-ui, sans-serif",
    background: "transparent",
    lineBreak: "\n",
    view: { stroke: null },
    axis: {
      labelColor: INK,
      titleColor: INK,
      titleFontWeight: "normal" as const,
      labelFontSize: 11,
      titleFontSize: 12,
      gridColor: RULE,
      domainColor: RULE,
      tickColor: RULE,
    },
    legend: { labelColor: INK, titleColor: INK, labelFontSize: 11, labelLimit: 260, symbolStrokeWidth: 2 },
    text: { fontSize: 11 },
  },
};

/** A chart of one size, of its usual height. */
export function frame(width: number) {
  return {
    ...LOOK,
    width,
    height: Math.round(width * (width > 400 ? 0.45 : 0.75)),
    autosize: { type: "fit-x" as const, contains: "padding" as const },
  };
}

/** A color for each of `names`, and a legend if there are several. */
export function nominal(names: readonly string[], width: number) {
  return {
    field: "name",
    type: "nominal" as const,
    scale: { domain: [...names], range: names.map((_, i) => SERIES[i % SERIES.length]) },
    // a single name is said by the title
    legend: names.length < 2 ? null : {
      title: null,
      orient: "bottom" as const,
      direction: "horizontal" as const,
      columns: width > 400 ? 3 : 1,
    },
  };
}

/** Bars start at 0; lines need not. */
export function quantitative(field: string, axis: Axis, zero = false) {
  const { scale = "linear", domain } = axis;
  return {
    field,
    type: "quantitative" as const,
    title: titleOf(axis),
    scale: {
      type: scale,
      ...(domain && { domain: [...domain], nice: false }),
      ...(scale === "linear" && { zero }),
    },
  };
}

/** What stands at an axis. */
export function titleOf({ label, unit }: Axis): string {
  return unit ? `${label} (${unit})` : label;
}
