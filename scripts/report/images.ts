/** Small images as PNG. @module */

import { encode } from "fast-png";
import type { ImageShape } from "../../src/data/image.ts";
import type { ImagesFigure } from "../../src/paper/figure.ts";

/** The ends and the middle of the diverging scale. */
const LOW = [33, 102, 172], MIDDLE = [247, 247, 247], HIGH = [178, 24, 43];

/** An image of `figure` as the address of a PNG. */
export function png({ width, height, scale }: ImagesFigure, pixels: string): string {
  const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  const gray = scale === "gray";
  // ink on paper, so that a digit looks as it was written
  const data = gray ? bytes.map((byte) => 255 - byte) : Uint8Array.from([...bytes].flatMap(diverging));
  return address(encode({ width, height, data, channels: gray ? 1 : 3 }));
}

/** An input as the address of a PNG, `range` from black to white; what lies outside is cut off. */
export function imagePng(
  { width, height, channels }: ImageShape,
  x: Float32Array,
  [low, high]: readonly [number, number],
): string {
  const data = Uint8Array.from(
    x,
    (value) => Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low)))),
  );
  return address(encode({ width, height, data, channels }));
}

function address(file: Uint8Array): string {
  return `data:image/png;base64,${btoa(Array.from(file, (byte) => String.fromCharCode(byte)).join(""))}`;
}

function diverging(byte: number): number[] {
  const far = Math.abs(byte - 127.5) / 127.5;
  const end = byte < 127.5 ? LOW : HIGH;
  return MIDDLE.map((middle, i) => Math.round(middle + far * (end[i] - middle)));
}
