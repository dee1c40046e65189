/// <reference lib="dom" />
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { drawPath, SIDE } from "../../data/digits/raster.ts";
import { blank, centered, quantize } from "../page/pixels.ts";
import { example, settings } from "../page/state.ts";
import { Picture } from "./picture.tsx";

/** About the pen of the built-in digits. */
const PEN = { begin: 1.25, end: 1.25, soft: 1.3 };

type Point = readonly [x: number, y: number];

/** The image itself, to be drawn on, with a pointer or with the keys. */
export function Pad({ text }: { text: string }): JSX.Element {
  const last = useRef<Point>(undefined);
  const [pen, setPen] = useState({ at: [SIDE / 2, SIDE / 2] as Point, down: false, shown: false });

  const pointer = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return last.current = undefined;
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const to: Point = [(event.clientX - left) / width * SIDE, (event.clientY - top) / height * SIDE];
    if (event.type === "pointerdown") event.currentTarget.setPointerCapture(event.pointerId);
    stroke(last.current ?? to, to);
    last.current = to;
  };
  const key = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const move = MOVES[event.key];
    if (!move && event.key !== " " && event.key !== "Delete") return;
    event.preventDefault();
    if (event.key === "Delete") return clear();
    const to = pen.at.map((v, axis) =>
      Math.min(SIDE - 1, Math.max(1, v + (move?.[axis] ?? 0)))
    ) as unknown as Point;
    const down = event.key === " " ? !pen.down : pen.down;
    if (down) stroke(pen.at, to);
    setPen({ at: to, down, shown: true });
  };

  const [x, y] = pen.at.map((v) => `${100 * v / SIDE}%`);
  return (
    <div
      class="pad"
      role="application"
      tabIndex={0}
      aria-label={`${text}. Drawing pad: arrow keys move the pen, space puts it down or lifts it, Delete clears`}
      onPointerDown={pointer}
      onPointerMove={pointer}
      onKeyDown={key}
      onBlur={() => setPen({ ...pen, down: false, shown: false })}
    >
      <Picture pixels={example.value} />
      {pen.shown && <span class={pen.down ? "pen down" : "pen"} style={{ left: x, top: y }} />}
    </div>
  );
}

const MOVES: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** An empty pad. */
export function clear(): void {
  change(blank());
}

/** The image with its ink in the middle. */
export function center(): void {
  change(centered(quantize(example.value)));
}

function stroke([x0, y0]: Point, [x1, y1]: Point): void {
  const ink = example.value.slice();
  drawPath(ink, Float64Array.of(x0, y0, x1, y1), PEN);
  change(quantize(ink));
}

function change(ink: Float32Array): void {
  if (!settings.drawn.value) settings.label.value = undefined;
  settings.drawn.value = ink;
}
