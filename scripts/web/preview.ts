/** The picture that stands for the playground where its link is shared. @module */

import { encode } from "fast-png";
import { digits, fgsm, init, slice, softmaxLinear, train } from "../../src/mod.ts";
import { SIDE } from "../../src/data/digits/raster.ts";

/** Size that is asked for by those who show it, of a digit's pixel, and of the gap between two pictures. */
const WIDTH = 1200, HEIGHT = 630, PIXEL = 12, GAP = 48;

/** The built-in digit that the page opens with, and the ε that is enough for it. */
const DIGIT = 8, EPSILON = 0.06;

/** Grey of the paper around the pictures, and of the signs between them. */
const PAPER = 251, INK = 60;

/** The page's first finding as PNG: a digit, the signs of the gradient, and their sum. */
export async function preview(): Promise<Uint8Array<ArrayBuffer>> {
  init({ kernels: "baseline" });
  const { x, labels } = slice(digits({ train: 0, test: DIGIT + 1 }).test, DIGIT, DIGIT + 1);
  using model = await train(
    softmaxLinear({ inputs: x.cols, classes: 10 }),
    digits({ train: 2000, test: 0 }).train,
    {
      seed: 1,
    },
  );
  const attacked = fgsm(model, { x, labels, classes: 10 }, { epsilon: EPSILON }).x.data;
  const signs = attacked.map((value, i) => Math.sign(value - x.data[i]));
  const data = new Uint8Array(WIDTH * HEIGHT).fill(PAPER);
  const side = SIDE * PIXEL, top = (HEIGHT - side) / 2, left = (WIDTH - 3 * side - 2 * GAP) / 2;
  const places = [0, 1, 2].map((i) => left + i * (side + GAP));
  const shown = [[x.data, 0, 1], [signs, -1, 1], [attacked, -EPSILON, 1 + EPSILON]] as const;
  shown.forEach(([pixels, paper, ink], i) => {
    fill(data, places[i] - 2, top - 2, side + 4, side + 4, INK);
    pixels.forEach((value, at) => {
      const grey = 255 * Math.min(1, Math.max(0, 1 - (value - paper) / (ink - paper)));
      fill(data, places[i] + (at % SIDE) * PIXEL, top + Math.floor(at / SIDE) * PIXEL, PIXEL, PIXEL, grey);
    });
  });
  const [plus, equals] = [1, 2].map((i) => places[i] - GAP / 2);
  fill(data, plus - 14, HEIGHT / 2 - 2, 28, 4, INK);
  fill(data, plus - 2, HEIGHT / 2 - 14, 4, 28, INK);
  for (const offset of [-8, 4]) fill(data, equals - 14, HEIGHT / 2 + offset, 28, 4, INK);
  return Uint8Array.from(encode({ width: WIDTH, height: HEIGHT, data, channels: 1, depth: 8 }));
}

function fill(
  data: Uint8Array,
  ...[left, top, width, height, grey]: [number, number, number, number, number]
): void {
  for (let y = top; y < top + height; y++) data.fill(grey, y * WIDTH + left, y * WIDTH + left + width);
}
