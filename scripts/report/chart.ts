/** Charts as SVG that takes its colors from the page. @module */

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Axis, BarsFigure, LinesFigure } from "../../src/paper/figure.ts";

/** Widths of a chart in CSS pixels: one is shown on wide pages, the other on narrow ones. */
export const WIDTHS = { wide: 620, narrow: 300 } as const;

/** Vega wants colors that it can compute with; each of these stands for one of the page's. */
const INK = "#010203", RULE = "#040506";
/** Series beyond these share colors, and differ by dashes. */
const SERIES = ["#0a0001", "#0a0002", "#0a0003", "#0a0004", "#0a0005", "#0a0006", "#0a0007", "#0a0008"];
const DASHES = [[1, 0], [6, 3], [2, 2]];

const STYLE: Readonly<Record<string, string>> = {
  [INK]: "var(--ink)",
  [RULE]: "var(--rule)",
  ...Object.fromEntries(SERIES.map((color, i) => [color, `var(--series-${i + 1})`])),
};

/** `figure` as two SVG drawings, for wide and for narrow pages. */
export async function chart(figure: LinesFigure | BarsFigure): Promise<{ wide: string; narrow: string }> {
  const draw = (width: number) => svg(figure.kind === "lines" ? lines(figure, width) : bars(figure, width));
  return { wide: await draw(WIDTHS.wide), narrow: await draw(WIDTHS.narrow) };
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

function bars({ x, y, groups }: BarsFigure, width: number): TopLevelSpec {
  const names = groups.map(({ name }) => name);
  const values = groups.flatMap(({ name, values }) => values.map((each) => ({ ...each, name })));
  const order = [...new Set(values.map(({ x }) => x))];
  const place = {
    x: { field: "x", type: "nominal" as const, title: titleOf(x), sort: order, axis: { labelAngle: 0 } },
    ...(groups.length > 1 && { xOffset: { field: "name", sort: names } }),
  };
  const ranges = values.filter(({ low, high }) => low !== undefined && high !== undefined);
  return {
    ...frame(width),
    layer: [
      {
        data: { values },
        mark: { type: "bar" },
        encoding: { ...place, y: quantitative("value", y, true), color: nominal(names, width) },
      },
      {
        data: { values: ranges },
        mark: { type: "rule", color: INK },
        encoding: { ...place, y: quantitative("low", y, true), y2: { field: "high" } },
      },
    ],
  };
}

function frame(width: number) {
  return {
    width,
    height: Math.round(width * (width > 400 ? 0.45 : 0.75)),
    background: undefined,
    autosize: { type: "fit-x" as const, contains: "padding" as const },
    config: {
      font: "system-ui, sans-serif",
      background: "transparent",
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
}

function nominal(names: readonly string[], width: number) {
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

function dashes(names: readonly string[]) {
  const range = names.map((_, i) => DASHES[Math.floor(i / SERIES.length) % DASHES.length]);
  return { field: "name", type: "nominal" as const, scale: { domain: [...names], range } };
}

function at(field: string) {
  return { x: { field, type: "quantitative" as const } };
}

/** Bars start at 0; lines need not. */
function quantitative(field: string, axis: Axis, zero = false) {
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

function titleOf({ label, unit }: Axis): string {
  return unit ? `${label} (${unit})` : label;
}
