/** What charts are drawn with: scales, ticks, axes and labels, as SVG documents. @module */

import type { Axis } from "../../src/paper/figure.ts";
import { CHART_STYLE, colorsIn } from "./style.ts";

/** Widths of a chart in CSS pixels: one is shown on wide pages, the other on narrow ones. */
export const WIDTHS = { wide: 640, narrow: 340 } as const;

/** Which of them. */
export type Size = keyof typeof WIDTHS;

/** Height of a line of text, and about what a character is wide, in CSS pixels. */
export const LINE = 14, CHARACTER = 6.2;

/** A position along an axis. */
export interface Scale {
  /** Pixels of a value. */
  (value: number): number;
  readonly ticks: readonly number[];
}

/** A scale from the values' range, or the axis' own domain, to pixels from `from` to `to`. */
export function scaleOf(
  { scale = "linear", domain }: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  { zero = false, ticks: count = 5 }: { zero?: boolean; ticks?: number } = {},
): Scale {
  const log = scale === "log";
  const [low, high] = domain ?? range(zero ? [0, ...values] : values);
  const ticks = log ? powers(low, high) : steps(low, high, count);
  // a domain of the data's own grows to its outer ticks
  const [first, last] = domain || log
    ? [low, high]
    : [Math.min(low, ticks[0]), Math.max(high, ticks[ticks.length - 1])];
  const place = (value: number) => log ? Math.log10(value) : value;
  const span = place(last) - place(first) || 1;
  const at = (value: number) => from + (to - from) * (place(value) - place(first)) / span;
  return Object.assign(at, { ticks: ticks.filter((tick) => tick >= first && tick <= last) });
}

function range(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** Round numbers that cover the range, about so many. */
function steps(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999)!;
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten in the range, with 2 and 5 times them where there are few. */
function powers(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  return Array.from({ length: last - first + 1 }, (_, i) => factors.map((f) => f * 10 ** (first + i)))
    .flat().filter((tick) => tick >= low && tick <= high);
}

/** An element with its attributes. */
export function element(name: string, attributes: Record<string, string | number>, content = ""): string {
  const text = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? Number(value.toFixed(1)) : escaped(value)}"`
  );
  return `<${name}${text.join("")}${content ? `>${content}</${name}>` : "/>"}`;
}

/** Text at a place. */
export function text(
  x: number,
  y: number,
  content: string,
  more: Record<string, string | number> = {},
): string {
  return element("text", { x, y, ...more }, escaped(content));
}

/** `content` as text of a document. */
export function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

/** A drawing, as a document of its own. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly svg: string;
}

/** A drawing of that size; `style` adds to that of all charts. */
export function drawing(width: number, height: number, parts: readonly string[], style = ""): Drawing {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const content = parts.join("");
  const rules = `${CHART_STYLE}${style}`;
  const about = { xmlns: "http://www.w3.org/2000/svg", ...size, viewBox: `0 0 ${size.width} ${size.height}` };
  const head = `<style>${colorsIn(rules + content)}${rules}</style>`;
  return { ...size, svg: element("svg", about, head + content) };
}

/** A number at an axis. */
export function tickText(value: number): string {
  return Math.abs(value) >= 1e4
    ? value.toExponential(0)
    : `${Number(value.toPrecision(6))}`.replace("-", "−");
}

/** What stands at an axis. */
export function titleOf({ label, unit }: Axis): string {
  return unit ? `${label} (${unit})` : label;
}

/** A horizontal axis with its grid, from the top of the chart to its bottom. */
export function xAxis(
  scale: Scale,
  { top, bottom, title, labels = true }: { top: number; bottom: number; title?: string; labels?: boolean },
) {
  const [left, right] = [Math.min(...scale.ticks.map(scale)), Math.max(...scale.ticks.map(scale))];
  // all of the grid as one path: a page of many charts has fewer elements
  const grid = scale.ticks.map((tick) => `M${scale(tick).toFixed(1)} ${top}V${bottom}`).join("");
  return [
    element("path", { d: grid, class: "grid" }),
    ...(labels
      ? scale.ticks.map((tick) =>
        text(scale(tick), bottom + LINE, tickText(tick), { "text-anchor": "middle" })
      )
      : []),
    ...(title ? [text((left + right) / 2, bottom + 2.2 * LINE, title, { "text-anchor": "middle" })] : []),
  ];
}

/** A vertical axis with its grid; its title stands above the chart. */
export function yAxis(
  scale: Scale,
  { left, right, top = 0, title, labels = true }: {
    left: number;
    right: number;
    top?: number;
    title?: string;
    labels?: boolean;
  },
) {
  const grid = scale.ticks.map((tick) => `M${left} ${scale(tick).toFixed(1)}H${right}`).join("");
  return [
    element("path", { d: grid, class: "grid" }),
    ...(labels
      ? scale.ticks.map((tick) => text(left - 5, scale(tick) + 4, tickText(tick), { "text-anchor": "end" }))
      : []),
    ...(title ? [text(0, top - 10, title)] : []),
  ];
}

/** Places of labels near `wanted`, none closer to another than a line, within `low` to `high`. */
export function apart(wanted: readonly number[], low: number, high: number): number[] {
  const order = Array.from(wanted.keys()).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  let last = low - LINE;
  for (const i of order) last = places[i] = Math.max(wanted[i], last + LINE);
  let next = Math.max(high, low + LINE * (wanted.length - 1)) + LINE;
  for (const i of order.reverse()) next = places[i] = Math.min(places[i], next - LINE);
  return places;
}
