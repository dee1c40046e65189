/// <reference lib="dom" />
/** Images of ink, painted on a canvas. @module */

import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { SIDE } from "../../data/digits/raster.ts";
import { PIXELS } from "../messages.ts";

/** Values that are painted as paper and as ink. */
export type Shades = readonly [paper: number, ink: number];

/** Shades of an image of ink. */
const INK: Shades = [0, 1];

/** Canvas pixels between two images. */
const GAP = 2;

/** One image, or several in columns, with its description; without one it is decoration. */
export function Picture(
  { pixels, text, shades = INK, columns = 1, canvas }: {
    pixels: Float32Array;
    text?: string;
    shades?: Shades;
    columns?: number;
    canvas?: RefObject<HTMLCanvasElement | null>;
  },
): JSX.Element {
  const element = useRef<HTMLCanvasElement>(null);
  const ref = canvas ?? element;
  useLayoutEffect(() => paint(ref.current!, pixels, { shades, columns }), [
    pixels,
    shades[0],
    shades[1],
    columns,
  ]);
  return (
    <span class="picture">
      {text === undefined
        ? <canvas ref={ref} aria-hidden="true" />
        : <canvas ref={ref} role="img" aria-label={text} />}
    </span>
  );
}

/** Paints the images in `pixels` in so many columns; between them the canvas stays clear. */
export function paint(
  canvas: HTMLCanvasElement,
  pixels: Float32Array,
  { shades, columns = 1 }: { shades: Shades; columns?: number },
): void {
  const count = pixels.length / PIXELS;
  const size = (places: number) => places * (SIDE + GAP) - GAP;
  const [width, height] = [size(columns), size(Math.ceil(count / columns))];
  // a size that is set makes a canvas anew, even if it is the same
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  for (let i = 0; i < count; i++) {
    const data = new ImageData(shaded(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), shades), SIDE, SIDE);
    const [left, top] = [i % columns, Math.floor(i / columns)].map((place) => place * (SIDE + GAP));
    context.putImageData(data, left, top);
  }
}

/** The image as the address of a picture: many canvases would each be drawn anew in every frame. */
export function addressOf(pixels: Float32Array): string {
  const canvas = document.createElement("canvas");
  paint(canvas, pixels, { shades: INK });
  return canvas.toDataURL();
}

/** Dark ink on light paper, as RGBA; what lies beyond either is as dark or light. */
export function shaded(pixels: Float32Array, [paper, ink]: Shades): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(4 * pixels.length);
  pixels.forEach((value, i) => {
    data.fill(255 * (1 - (value - paper) / (ink - paper)), 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  });
  return data;
}
