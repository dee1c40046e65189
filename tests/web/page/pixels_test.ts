import { assert, assertEquals } from "@std/assert";
import { drawPath, SIDE } from "../../../src/data/digits/raster.ts";
import { PIXELS } from "../../../src/web/messages.ts";
import { blank, centered, quantize, readPixels, writePixels } from "../../../src/web/page/pixels.ts";

/** A short stroke near a corner. */
function stroke(): Float32Array {
  const ink = blank();
  drawPath(ink, Float64Array.of(4, 5, 7, 12), { begin: 1.25, end: 1.25, soft: 1.3 });
  return quantize(ink);
}

/** The mean place of the ink, along and down. */
function middle(image: Float32Array): [number, number] {
  const sum = image.reduce((a, b) => a + b, 0);
  const mean = (at: (i: number) => number) => image.reduce((a, v, i) => a + v * at(i), 0) / sum;
  return [mean((i) => i % SIDE), mean((i) => Math.floor(i / SIDE))];
}

Deno.test("writePixels() and readPixels() give back every leveled image exactly, in 523 letters", () => {
  const images = [
    blank(),
    new Float32Array(PIXELS).fill(1),
    stroke(),
    quantize(Float32Array.from({ length: PIXELS }, (_, i) => i / PIXELS)),
  ];
  for (const image of images) {
    const text = writePixels(image);
    assertEquals(text.length, 523);
    assertEquals(encodeURIComponent(text), text);
    assertEquals(readPixels(text), image);
  }
});

Deno.test("readPixels() refuses bytes that are not an image", () => {
  const text = writePixels(stroke());
  for (const other of ["", text.slice(1), `${text}A`, text.replace(/.$/, "."), text.replace(/^./, "é")]) {
    assertEquals(readPixels(other), undefined);
  }
});

Deno.test("quantize() is idempotent, and never more than half a level away", () => {
  const image = Float32Array.from({ length: PIXELS }, (_, i) => i / (PIXELS - 1));
  const once = quantize(image);
  assertEquals(quantize(once), once);
  once.forEach((value, i) => assert(Math.abs(value - image[i]) <= 0.5 / 15 + 1e-6));
});

Deno.test("centered() moves the ink's mean to the middle, within half a pixel, and loses none of it", () => {
  const before = stroke(), after = centered(before);
  const sum = (image: Float32Array) => image.reduce((a, b) => a + b, 0);
  assertEquals(sum(after), sum(before));
  for (const place of middle(after)) assert(Math.abs(place - 13.5) <= 0.5 + 1e-6, `${place}`);
  assertEquals(centered(after), after);
  assertEquals(centered(blank()), blank());
});
