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
  readonly values: ArrayLike<number>;
  /** What it is among the others. */
  readonly role: "quiet" | "plain" | "accent";
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
  /** Least and greatest y; default what the lines need. */
  readonly range?: readonly [number, number];
}

const HEIGHT = 240, FONT = "12px system-ui, sans-serif";
/** Room for tags beside the plot. */
const MARGIN = 36;

/** Lines over x, by uPlot. */
export function Plot(props: PlotProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { x, lines } = props;
  const data = [x, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;

  useLayoutEffect(() => {
    const div = place.current!;
    const made = new uPlot(optionsOf(div, () => latest.current), data, div);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: div.clientWidth, height: HEIGHT }));
    watcher.observe(div);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [lines.length, scheme.value]);
  useLayoutEffect(() => plot.current!.setData(data));
  return <div class="plot" ref={place} role="img" aria-label={props.text} />;
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
    padding: [8, MARGIN, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: {
        range: (_, least, most) =>
          [...(props().range ?? uPlot.rangeNum(least, most, 0.1, true))] as [number, number],
      },
    },
    axes: [
      { ...axis, label: xName, labelSize: 18, size: 30, ticks: { show: false } },
      { ...axis, label: yName, labelSize: 18, size: 48, ticks: { show: false } },
    ],
    // which role a line has may change from one drawing to the next
    series: [
      {},
      ...lines.map(({ name }, i): uPlot.Series => ({
        label: name,
        stroke: () => colors[props().lines[i].role],
        width: 2,
        points: { show: false },
        pxAlign: 0,
      })),
    ],
    hooks: {
      draw: [(u) => {
        drawMark(u, props().mark, colors.accent);
        props().lines.forEach(({ tag, role, values }) =>
          tag && drawTag(u, { tag, values, color: colors[role] })
        );
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

/** Writes a line's name at its end. */
function drawTag(
  { ctx, bbox, valToPos }: uPlot,
  { tag, values, color }: { tag: string; values: ArrayLike<number>; color: string },
): void {
  ctx.save();
  ctx.fillStyle = color;
  ctx.font = `600 ${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const y = valToPos(values[values.length - 1], "y", true);
  ctx.fillText(tag, bbox.left + bbox.width + 8 * devicePixelRatio, Math.max(bbox.top + 6, y));
  ctx.restore();
}
