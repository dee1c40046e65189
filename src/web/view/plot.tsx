/// <reference lib="dom" />
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import uPlot from "uplot";

/** Whether the page is dark. */
const dark = matchMedia("(prefers-color-scheme: dark)");
const scheme = signal(dark.matches);
dark.addEventListener("change", () => scheme.value = dark.matches);

/** A line of a plot. */
export interface Line {
  readonly name: string;
  /** Its y at each x; null where it has none yet. */
  readonly values: ArrayLike<number | null>;
  /** What it is among the others. */
  readonly role: "quiet" | "plain" | "accent";
  readonly dashed?: boolean;
  /** Written at its end; default nothing. */
  readonly tag?: string;
}

/** What a plot shows. */
export interface PlotProps {
  readonly x: ArrayLike<number>;
  readonly lines: readonly Line[];
  readonly xName: string;
  readonly yName: string;
  /** All of it in words. */
  readonly text: string;
  /** Where a vertical line stands; default nowhere. */
  readonly mark?: number;
  /** Least and greatest y, and x; default what the lines need. */
  readonly range?: readonly [number, number];
  readonly xRange?: readonly [number, number];
}

const HEIGHT = 240, FONT = "12px system-ui, sans-serif";
/** Size of a tag's letters, the space around it, and values up to which each is a point too: one alone is no line. */
const TAG_SIZE = 12, TAG_SPACE = 8, MAX_POINTS = 12;

/** Lines over x, by uPlot; out of sight nothing is drawn anew until it comes into sight. */
export function Plot(props: PlotProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const sight = useRef({ seen: true, old: false });
  const { x, lines } = props;
  const data = dataOf(props);
  const ifSeen = (draw: (plot: uPlot) => void) => {
    if (sight.current.seen) draw(plot.current!);
    else sight.current.old = true;
  };

  useLayoutEffect(() => {
    const div = place.current!;
    const chart = new uPlot(optionsOf(div, () => newest.current), data, div);
    plot.current = chart;
    const watcher = new ResizeObserver(() => chart.setSize({ width: div.clientWidth, height: HEIGHT }));
    watcher.observe(div);
    const looker = new IntersectionObserver(([{ isIntersecting: seen }]) => {
      if (seen && sight.current.old) chart.setData(dataOf(newest.current));
      sight.current = { seen, old: sight.current.old && !seen };
    });
    looker.observe(div);
    return () => {
      watcher.disconnect();
      looker.disconnect();
      chart.destroy();
    };
  }, [lines.length, scheme.value]);
  // a mark that moves needs no new paths
  useLayoutEffect(() => ifSeen((plot) => plot.setData(data)), [
    x.length,
    x[0],
    x[x.length - 1],
    ...values(lines),
  ]);
  useLayoutEffect(() => ifSeen((plot) => plot.redraw(false)), [props.mark, ...lines.map(({ role }) => role)]);
  return <div class="plot" ref={place} role="img" aria-label={props.text} />;
}

function dataOf({ x, lines }: PlotProps): uPlot.AlignedData {
  return [x, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
}

/** What must change for new paths: the arrays themselves, or how many lines of a growing course there are. */
function values(lines: readonly Line[]): unknown[] {
  return lines.map(({ values }) => values instanceof Float32Array ? values : Array.from(values).join());
}

function optionsOf(div: HTMLElement, props: () => PlotProps): uPlot.Options {
  const style = getComputedStyle(div);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const colors = { quiet: color("--line"), plain: color("--ink"), accent: color("--accent") };
  const { xName, yName, lines } = props();
  const axis = {
    stroke: color("--soft"),
    font: FONT,
    labelFont: FONT,
    grid: { stroke: color("--rule"), width: 1 },
  };
  return {
    width: div.clientWidth,
    height: HEIGHT,
    padding: [8, () => tagWidth(props().lines), 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: {
        time: false,
        range: (_, min, max) => [...(props().xRange ?? [min, max])] as [number, number],
      },
      y: {
        range: (_, min, max) =>
          [...(props().range ?? uPlot.rangeNum(min, max, 0.1, true))] as [number, number],
      },
    },
    axes: [
      { ...axis, label: xName, labelSize: 18, size: 30, ticks: { show: false } },
      { ...axis, label: yName, labelSize: 18, size: 48, ticks: { show: false } },
    ],
    // which role a line has may change from one drawing to the next
    series: [
      {},
      ...lines.map(({ name, dashed }, i): uPlot.Series => ({
        label: name,
        stroke: () => colors[props().lines[i].role],
        width: 2,
        dash: dashed ? [5, 4] : undefined,
        points: {
          show: () => props().x.length <= MAX_POINTS,
          size: 6,
          fill: () => colors[props().lines[i].role],
        },
        pxAlign: 0,
      })),
    ],
    hooks: {
      draw: [(u) => {
        drawMark(u, props().mark, colors.accent);
        drawTags(u, props().lines, colors);
      }],
    },
  };
}

function drawMark({ ctx, bbox, valToPos }: uPlot, mark: number | undefined, color: string): void {
  if (mark === undefined) return;
  const x = Math.round(valToPos(mark, "x", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Room for the longest tag beside the plot, in CSS pixels. */
function tagWidth(lines: readonly Line[]): number {
  const context = document.createElement("canvas").getContext("2d")!;
  context.font = `600 ${TAG_SIZE}px system-ui, sans-serif`;
  const widths = lines.map(({ tag }) => tag ? context.measureText(tag).width : 0);
  return Math.ceil(Math.max(0, ...widths)) + 2 * TAG_SPACE;
}

/** Writes the lines' names at their ends, one below the other where they would meet. */
function drawTags(
  { ctx, bbox, valToPos }: uPlot,
  lines: readonly Line[],
  colors: Record<string, string>,
): void {
  const size = TAG_SIZE * devicePixelRatio;
  const tags = lines.filter(({ tag }) => tag).map(({ tag, role, values }) => {
    const last = Array.from(values).findLast((value) => value !== null) ?? 0;
    return { tag: tag!, color: colors[role], y: valToPos(last, "y", true) };
  });
  ctx.save();
  ctx.font = `600 ${size}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { tag, color, y } of spread(tags, { size, top: bbox.top, bottom: bbox.top + bbox.height })) {
    ctx.fillStyle = color;
    ctx.fillText(tag, bbox.left + bbox.width + TAG_SPACE * devicePixelRatio, y);
  }
  ctx.restore();
}

/** `tags` moved so that each is `size` from the next and all lie between `top` and `bottom`, in order of their height. */
export function spread<T extends { readonly y: number }>(
  tags: readonly T[],
  { size, top, bottom }: { size: number; top: number; bottom: number },
): T[] {
  const placed: T[] = [];
  for (const tag of [...tags].sort((a, b) => a.y - b.y)) {
    const above = placed.at(-1)?.y ?? -Infinity;
    placed.push({ ...tag, y: Math.max(tag.y, above + size, top + size / 2) });
  }
  for (let i = placed.length - 1, limit = bottom - size / 2; i >= 0; i--, limit = placed[i + 1].y - size) {
    if (placed[i].y > limit) placed[i] = { ...placed[i], y: limit };
  }
  return placed;
}
