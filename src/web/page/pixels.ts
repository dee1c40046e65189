/** Drawn images: few levels of ink, so that a link can hold them exactly. @module */

import { PIXELS } from "../messages.ts";
import { SIDE } from "../../data/digits/raster.ts";

/** Levels of ink beyond none: four bits a pixel. */
const LEVELS = 15;

/** Six bits a letter, as in base64url, safe in links. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS_A_LETTER = 6, BITS_A_PIXEL = 4;

/** Letters that a drawing takes. */
const LENGTH = Math.ceil(PIXELS * BITS_A_PIXEL / BITS_A_LETTER);

/** An image without ink. */
export function blank(): Float32Array {
  return new Float32Array(PIXELS);
}

/** `image` with each pixel at the nearest level. */
export function quantize(image: Float32Array): Float32Array {
  return image.map((value) => levelOf(value) / LEVELS);
}

/** A leveled image as text. */
export function writePixels(image: Float32Array): string {
  let text = "", bits = 0, held = 0;
  for (const value of image) {
    bits = bits << BITS_A_PIXEL | levelOf(value);
    held += BITS_A_PIXEL;
    if (held >= BITS_A_LETTER) {
      held -= BITS_A_LETTER;
      text += LETTERS[bits >> held];
      bits &= (1 << held) - 1;
    }
  }
  return held > 0 ? text + LETTERS[bits << BITS_A_LETTER - held] : text;
}

/** The image that `writePixels` made `text` of; none if it made no such text. */
export function readPixels(text: string): Float32Array | undefined {
  if (text.length !== LENGTH) return;
  const image = blank();
  let bits = 0, held = 0, at = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return;
    bits = bits << BITS_A_LETTER | value;
    held += BITS_A_LETTER;
    while (held >= BITS_A_PIXEL && at < PIXELS) {
      held -= BITS_A_PIXEL;
      image[at++] = (bits >> held) / LEVELS;
      bits &= (1 << held) - 1;
    }
  }
  return image;
}

/** `image` moved by whole pixels, so that its ink's mean is at the middle, as in the digits that models learn from. */
export function centered(image: Float32Array): Float32Array {
  let ink = 0, x = 0, y = 0;
  image.forEach((value, i) => {
    ink += value;
    x += value * (i % SIDE);
    y += value * Math.floor(i / SIDE);
  });
  if (ink === 0) return image;
  const middle = (SIDE - 1) / 2;
  const [right, down] = [Math.round(middle - x / ink), Math.round(middle - y / ink)];
  return Float32Array.from({ length: PIXELS }, (_, i) => {
    const [col, row] = [i % SIDE - right, Math.floor(i / SIDE) - down];
    return col >= 0 && col < SIDE && row >= 0 && row < SIDE ? image[row * SIDE + col] : 0;
  });
}

function levelOf(value: number): number {
  return Math.round(LEVELS * Math.min(1, Math.max(0, value)));
}
