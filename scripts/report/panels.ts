/** Lines in small charts side by side. @module */

import type { TopLevelSpec } from "vega-lite";
import type { LinesFigure } from "../../src/paper/figure.ts";
import { INK, LOOK, nominal, quantitative, type Size, titleOf, WIDTHS } from "./look.ts";

/** Small charts side by side, and what their axes take of their width, in CSS pixels. */
const PANELS = { wide: 4, narrow: 2 } as const, PANEL_AXIS = 42;

/** A small chart for each panel, in the order of the series. */
export function panels({ x, y, series }: LinesFigure, size: Size): TopLevelSpec {
  const names = [...new Set(series.map(({ name }) => name))];
  const order = [...new Set(series.map(({ panel = "" }) => panel))];
  const values = series.flatMap(({ name, panel = "", points }) =>
    points.map(([x, y]) => ({ x, y, name, panel }))
  );
  const width = WIDTHS[size] / PANELS[size] - PANEL_AXIS;
  const axis = { title: null, tickCount: 3, labelOverlap: "greedy" as const };
  return {
    ...LOOK,
    data: { values },
    columns: PANELS[size],
    spacing: { column: 12, row: 14 },
    facet: {
      field: "panel",
      type: "nominal",
      sort: order,
      title: `${titleOf(y)} against ${titleOf(x)}`,
      header: {
        labelFontSize: 11,
        labelColor: INK,
        labelLimit: 0,
        titleColor: INK,
        titleFontSize: 12,
        titleFontWeight: "normal",
      },
    },
    spec: {
      width,
      height: Math.round(width * 0.65),
      mark: { type: "line", strokeWidth: 1.4, clip: true },
      encoding: {
        x: { ...quantitative("x", x), axis },
        y: { ...quantitative("y", y), axis },
        color: nominal(names, WIDTHS[size]),
      },
    },
    resolve: { scale: { x: "independent", y: "independent" } },
  };
}
