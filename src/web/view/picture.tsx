/// <reference lib="dom" />
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { paint, type Shades } from "./paint.ts";

/** Shades of an image of ink. */
const INK: Shades = [0, 1];

/** An image, or several in columns, told in words to who does not see it; without words it is decoration. */
export function Picture(
  { pixels, text, shades = INK, columns, canvas, fixed = false }: {
    pixels: Float32Array;
    text?: string;
    shades?: Shades;
    columns?: number;
    canvas?: RefObject<HTMLCanvasElement | null>;
    /** Whether it is the same on a dark page, and not light ink on dark paper. */
    fixed?: boolean;
  },
): JSX.Element {
  const own = useRef<HTMLCanvasElement>(null);
  const ref = canvas ?? own;
  useLayoutEffect(() => paint(ref.current!, pixels, { shades, columns }));
  return (
    <span class={fixed ? "picture fixed" : "picture"}>
      {text === undefined
        ? <canvas ref={ref} aria-hidden="true" />
        : <canvas ref={ref} role="img" aria-label={text} />}
    </span>
  );
}
