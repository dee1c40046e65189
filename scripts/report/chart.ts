/** Charts as SVG that takes its colors from the page. @module */

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Axis, BarsFigure, LinesFigure } from "../../src/paper/figure.ts";

/** Widths of a chart in CSS pixels: one is shown on wide pages, the other on narrow ones. */
export const WIDTHS = { wide: 620, narrow: 300 } as const;

type Size = keyof typeof WIDTHS;

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

/** Small charts side by side, and what their axes take of their width, in CSS pixels. */
const PANELS = { wide: 4, narrow: 2 } as const, PANEL_AXIS = 42;

/** About what a character of an axis label is wide, in CSS pixels, and how many go into a line of a long one. */
const CHARACTER = 6.5, LINE = 18;

/** What all charts share but their size. */
const LOOK = {
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

/** A small chart for each panel, in the order of the series. */
function panels({ x, y, series }: LinesFigure, size: Size): TopLevelSpec {
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

/** Upright, or lying where the labels would run into one another. */
function bars({ x, y, groups }: BarsFigure, width: number): TopLevelSpec {
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

function frame(width: number) {
  return {
    ...LOOK,
    width,
    height: Math.round(width * (width > 400 ? 0.45 : 0.75)),
    autosize: { type: "fit-x" as const, contains: "padding" as const },
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
