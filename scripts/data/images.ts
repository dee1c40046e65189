/** Images as data: a folder for each class, PNG or JPEG files in it. @module */

import { convertIndexedToRgb, decode as decodePng, hasPngSignature } from "fast-png";
import jpeg from "jpeg-js";
import { InputError } from "../../src/mod.ts";
import type { Table } from "../../src/data/table.ts";
import { reason, UserError } from "../errors.ts";

/** An image: bytes, a pixel's channels together, row after row; one channel, or red, green and blue. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

const NAME = /\.(png|jpe?g)$/i;

/** Pixels that an image may have: models are of inputs by the thousand. */
const MAX_PIXELS = 2 ** 22;

/** Numbers that all images together may have. */
const MAX_NUMBERS = 2 ** 30;

/** Whether `folder` holds folders that hold images. */
export async function holdsImages(folder: string): Promise<boolean> {
  for (const name of await foldersIn(folder)) {
    for await (const entry of Deno.readDir(`${folder}/${name}`)) if (NAME.test(entry.name)) return true;
  }
  return false;
}

/**
 * The tables of `folders`, each of which holds a folder for each class with images of one size. They are of one channel,
 * or of three if any image has colours.
 *
 * @throws {UserError} if a file is no such image, or of another size
 */
export async function imageTables(folders: readonly string[]): Promise<Table[]> {
  const sets: { folder: string; images: Image[]; labels: string[]; paths: string[] }[] = [];
  let numbers = 0;
  for (const folder of folders) {
    const set = { folder, images: [] as Image[], labels: [] as string[], paths: [] as string[] };
    for (const label of await foldersIn(folder)) {
      for (const name of (await namesIn(`${folder}/${label}`)).filter((name) => NAME.test(name))) {
        const path = `${folder}/${label}/${name}`;
        const image = await readImage(path);
        const first = sets[0]?.images[0] ?? set.images[0] ?? image;
        if (image.width !== first.width || image.height !== first.height) {
          throw new UserError(
            `Cannot load data from ${path}: it is ${image.width} × ${image.height}, others are ${first.width} × ${first.height}`,
          );
        }
        numbers += image.data.length;
        if (numbers > MAX_NUMBERS) {
          throw new UserError(
            `Cannot load data from ${folder}: its images have more than ${MAX_NUMBERS} pixels`,
          );
        }
        set.images.push(image);
        set.labels.push(label);
        set.paths.push(path);
      }
    }
    sets.push(set);
  }
  const channels = sets.some(({ images }) => images.some((image) => image.channels === 3)) ? 3 : 1;
  return sets.map(({ folder, images, labels, paths }) => {
    const [{ width, height } = { width: 0, height: 0 }] = images;
    const cols = width * height * channels;
    const data = new Uint8Array(images.length * cols);
    images.forEach((image, i) => fillRow(data.subarray(i * cols, (i + 1) * cols), image));
    return {
      name: folder,
      x: { rows: images.length, cols, data },
      labels: numbered(labels),
      image: true,
      pixels: { width, height, channels },
      place: (row) => paths[row],
      source: { format: `images, ${width} × ${height}, ${channels === 3 ? "red, green and blue" : "grey"}` },
    };
  });
}

/** Names of folders as numbers if they all are whole numbers, so that 10 does not come before 2. */
function numbered(labels: string[]): string[] | Int32Array {
  return labels.every((label) => /^\d{1,9}$/.test(label)) ? Int32Array.from(labels, Number) : labels;
}

/** Copies an image into `out`, its one channel into all three if there is room for them. */
function fillRow(out: Uint8Array, { data }: Image): void {
  if (out.length === data.length) out.set(data);
  else for (let i = 0; i < out.length; i++) out[i] = data[Math.floor(i / 3)];
}

async function readImage(path: string): Promise<Image> {
  try {
    return imageOf(await Deno.readFile(path));
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${reason(error).slice(0, 200)}`);
  }
}

/**
 * The image in the PNG or JPEG file `bytes`. 16 bits become 8; grey JPEGs are grey though three channels are stored.
 *
 * @throws {InputError} if it is no such file, transparent, or too large
 */
export function imageOf(bytes: Uint8Array): Image {
  return hasPngSignature(bytes) ? pngImage(bytes) : jpegImage(bytes);
}

function pngImage(bytes: Uint8Array): Image {
  const fail = (problem: string): never => {
    throw new InputError("format", "read PNG", problem);
  };
  if (bytes.length < 33) fail("it is not a whole PNG file");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(16) * view.getUint32(20) > MAX_PIXELS) fail(`it has more than ${MAX_PIXELS} pixels`);
  let png: ReturnType<typeof decodePng>;
  try {
    png = decodePng(bytes);
  } catch {
    return fail("it is not a whole PNG file");
  }
  const { width, height, palette } = png;
  const data = palette
    ? convertIndexedToRgb(png)
    : png.depth === 16
    ? Uint8Array.from(png.data, (value) => Math.round(value / 257))
    : png.depth === 8
    ? Uint8Array.from(png.data)
    : unpackedBits(png);
  return withoutAlpha(data, { width, height, channels: data.length / (width * height), fail });
}

/** The grey values of a PNG of less than 8 bits a pixel, whose rows begin at whole bytes. */
function unpackedBits({ width, height, depth, data }: ReturnType<typeof decodePng>): Uint8Array {
  const out = new Uint8Array(width * height);
  const rowBytes = Math.ceil(width * depth / 8), max = 2 ** depth - 1;
  for (let i = 0; i < out.length; i++) {
    const bit = i % width * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)];
    out[i] = (byte >> 8 - depth - (bit & 7) & max) * 255 / max;
  }
  return out;
}

function withoutAlpha(
  data: Uint8Array,
  { width, height, channels, fail }: {
    width: number;
    height: number;
    channels: number;
    fail: (problem: string) => never;
  },
): Image {
  const colours = channels < 3 ? 1 : 3;
  if (channels === colours) return { width, height, channels: colours, data };
  const out = new Uint8Array(width * height * colours);
  for (let i = 0; i < width * height; i++) {
    if (data[i * channels + colours] !== 255) {
      fail("it has transparent pixels, whose colour is unknown");
    }
    for (let c = 0; c < colours; c++) out[i * colours + c] = data[i * channels + c];
  }
  return { width, height, channels: colours, data: out };
}

function jpegImage(bytes: Uint8Array): Image {
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: 256,
    });
  } catch {
    throw new InputError(
      "format",
      "read JPEG",
      `it is neither a PNG nor a JPEG file of at most ${MAX_PIXELS} pixels`,
    );
  }
  const { width, height, data } = decoded;
  const grey = data.every((value, i) => value === data[i - i % 3]);
  return grey
    ? { width, height, channels: 1, data: data.filter((_, i) => i % 3 === 0) }
    : { width, height, channels: 3, data: Uint8Array.from(data) };
}

async function foldersIn(folder: string): Promise<string[]> {
  return await namesIn(folder, (entry) => entry.isDirectory || entry.isSymlink);
}

/** Names in `folder`, in order, so that the data are the same on every system. */
async function namesIn(
  folder: string,
  fits: (entry: Deno.DirEntry) => boolean = () => true,
): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) if (fits(entry)) names.push(entry.name);
  return names.filter((name) => !name.startsWith(".")).sort();
}
