/// <reference lib="dom" />
/** Pixels on a canvas. @module */

import { SIDE } from "../../data/digits/raster.ts";
import { PIXELS } from "../lab/protocol.ts";

/** Values that are drawn as paper and as ink. */
export type Shades = readonly [paper: number, ink: number];

/** Pixels between two images of a sheet. */
const GAP = 2;

/** Draws the images in `pixels`, one or several, in so many columns; between them the canvas stays clear. */
export function paint(
  canvas: HTMLCanvasElement,
  pixels: Float32Array,
  { shades, columns = 1 }: { shades: Shades; columns?: number },
): void {
  const count = pixels.length / PIXELS;
  const across = (places: number) => places * (SIDE + GAP) - GAP;
  canvas.width = across(columns);
  canvas.height = across(Math.ceil(count / columns));
  const context = canvas.getContext("2d")!;
  for (let i = 0; i < count; i++) {
    const one = shaded(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), shades);
    const [left, top] = [i % columns, Math.floor(i / columns)].map((place) => place * (SIDE + GAP));
    context.putImageData(one, left, top);
  }
}

/** Dark ink on light paper, what lies beyond either as that. */
function shaded(pixels: Float32Array, [paper, ink]: Shades): ImageData {
  const data = new Uint8ClampedArray(4 * PIXELS);
  pixels.forEach((value, i) => {
    data.fill(255 * (1 - (value - paper) / (ink - paper)), 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  });
  return new ImageData(data, SIDE, SIDE);
}
