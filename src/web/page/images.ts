/// <reference lib="dom" />
/** Pictures of a visitor, decoded by the browser, as images of the page's size. @module */

import { SIDE } from "../../data/digits/raster.ts";
import { PIXELS } from "../messages.ts";

/** Part of the side that a digit takes, as in MNIST. */
const DIGIT = 20 / 28;

/** Whether `bytes` are of a format that browsers decode: PNG, JPEG, GIF or WebP. */
export function isPicture(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start);
}

/**
 * The picture in `bytes` as SIDE × SIDE values of ink. A picture of just that size is taken as it is; of any other the
 * part with ink is scaled to the size of a digit.
 */
export async function readPicture(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes]));
  } catch {
    throw new Error(`Cannot open ${name}: the browser cannot decode this picture`);
  }
  const { width, height } = bitmap;
  const ink = inkOf(drawn(bitmap, { width, height }));
  if (width === SIDE && height === SIDE) return ink;
  const box = boxOf(ink, width);
  if (!box) return new Float32Array(PIXELS);
  const scale = SIDE * DIGIT / Math.max(box.width, box.height);
  const place = {
    x: (SIDE - box.width * scale) / 2,
    y: (SIDE - box.height * scale) / 2,
    width: box.width * scale,
    height: box.height * scale,
  };
  const inverted = isInverted(drawn(bitmap, { width, height }));
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d")!;
  context.fillStyle = inverted ? "#fff" : "#000";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, box.x, box.y, box.width, box.height, place.x, place.y, place.width, place.height);
  return inkOf(context.getImageData(0, 0, SIDE, SIDE));
}

function drawn(bitmap: ImageBitmap, { width, height }: { width: number; height: number }): ImageData {
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  // what is transparent counts as paper
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** Ink as what differs from the paper, be that light or dark. */
export function inkOf(image: ImageData): Float32Array {
  const inverted = isInverted(image);
  return Float32Array.from({ length: image.width * image.height }, (_, i) => {
    const light = lightness(image, i);
    return inverted ? 1 - light : light;
  });
}

/** Whether ink is dark: whether the border is mostly light. */
function isInverted(image: ImageData): boolean {
  const { width, height } = image;
  let light = 0, count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
      light += lightness(image, y * width + x);
      count++;
    }
  }
  return light > count / 2;
}

function lightness({ data }: ImageData, i: number): number {
  return (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255;
}

/** The smallest rectangle with all ink that is more than faint. */
function boxOf(ink: Float32Array, cols: number) {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  ink.forEach((value, i) => {
    if (value < 0.3) return;
    const [x, y] = [i % cols, Math.floor(i / cols)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  });
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
