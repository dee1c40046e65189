/** Charts as SVG that takes its colors from the page. @module */

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { BarsFigure, LinesFigure } from "../../src/paper/figure.ts";
import { bars } from "./bars.ts";
import { DASHES, frame, INK, nominal, quantitative, SERIES, type Size, STYLE, WIDTHS } from "./look.ts";
import { panels } from "./panels.ts";

/** `figure` as two SVG drawings, for wide and for narrow pages. */
export async function chart(figure: LinesFigure | BarsFigure): Promise<{ wide: string; narrow: string }> {
  const of = (size: Size) => {
    if (figure.kind === "bars") return bars(figure, WIDTHS[size]);
    return figure.series.some(({ panel }) => panel !== undefined)
      ? panels(figure, size)
      : lines(figure, WIDTHS[size]);
  };
  return { wide: await svg(of("wide")), narrow: await svg(of("narrow")) };
}

async function svg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const drawn = await view.toSVG();
  view.finalize();
  return drawn.replace(/#0[0-9a-f]{5}\b/g, (color) => STYLE[color] ?? color);
}

function lines({ x, y, series, marks = [] }: LinesFigure, width: number): TopLevelSpec {
  const names = series.map(({ name }) => name);
  const emphasized = series.some(({ emphasis }) => emphasis);
  const values = series.flatMap(({ name, points, emphasis }) =>
    points.map(([x, y]) => ({ x, y, name, weight: emphasis ? 2.6 : emphasized ? 1.1 : 1.7 }))
  );
  return {
    ...frame(width),
    layer: [
      {
        data: { values },
        mark: { type: "line", clip: true, point: values.length <= 12 * series.length },
        encoding: {
          x: quantitative("x", x),
          y: quantitative("y", y),
          color: nominal(names, width),
          ...(names.length > SERIES.length && { strokeDash: dashes(names) }),
          strokeWidth: { field: "weight", type: "quantitative", scale: null, legend: null },
        },
      },
      ...marks.map(({ x, label }) => ({
        data: { values: [{ x, label }] },
        layer: [
          { mark: { type: "rule" as const, color: INK, strokeDash: [3, 3] }, encoding: at("x") },
          {
            mark: { type: "text" as const, align: "left" as const, dx: 4, y: 8, color: INK },
            encoding: { ...at("x"), text: { field: "label" } },
          },
        ],
      })),
    ],
  };
}

function dashes(names: readonly string[]) {
  const range = names.map((_, i) => DASHES[Math.floor(i / SERIES.length) % DASHES.length]);
  return { field: "name", type: "nominal" as const, scale: { domain: [...names], range } };
}

function at(field: string) {
  return { x: { field, type: "quantitative" as const } };
}
