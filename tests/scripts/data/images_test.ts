import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import "../../../src/runtime/inlined.ts";
import { loadData } from "../../../scripts/data/folder.ts";
import { imageOf } from "../../../scripts/data/images.ts";
import { UserError } from "../../../scripts/errors.ts";
import { InputError } from "../../../src/errors.ts";
import { withFolder } from "./support.ts";

/** A PNG file, 2 × 1. */
function png(
  data: number[],
  more: { channels?: number; depth?: 8 | 16 | 1 | 2 | 4; palette?: number[][] } = {},
) {
  const { depth = 8, channels = 1, palette } = more;
  return encode({
    width: 2,
    height: 1,
    depth,
    channels,
    data: depth === 16 ? Uint16Array.from(data) : Uint8Array.from(data),
    ...(palette && { palette: palette as [number, number, number][] }),
  });
}

/** A JPEG file of one colour, 8 × 8. */
function jpg(r: number, g: number, b: number): Uint8Array {
  const data = Uint8Array.from({ length: 256 }, (_, i) => [r, g, b, 255][i % 4]);
  return Uint8Array.from(jpeg.encode({ width: 8, height: 8, data }, 100).data);
}

Deno.test("imageOf() reads PNGs of each depth and kind to the same bytes", () => {
  const grey = { width: 2, height: 1, channels: 1, data: Uint8Array.of(255, 0) } as const;
  assertEquals(imageOf(png([255, 0])), grey);
  assertEquals(imageOf(png([65535, 0], { depth: 16 })), grey);
  assertEquals(imageOf(png([0b10000000], { depth: 1 })), grey);
  assertEquals(imageOf(png([0xf0], { depth: 4 })), grey);
  assertEquals(imageOf(png([255, 255, 0, 255], { channels: 2 })), grey);
  const colour = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;
  assertEquals(imageOf(png([1, 2, 3, 4, 5, 6], { channels: 3 })), colour);
  assertEquals(imageOf(png([1, 2, 3, 255, 4, 5, 6, 255], { channels: 4 })), colour);
  assertEquals(imageOf(png([0, 1], { channels: 1, palette: [[1, 2, 3], [4, 5, 6]] })), colour);
});

Deno.test("imageOf() reads grey JPEGs as grey and others as red, green and blue", () => {
  const near = (values: Uint8Array, wanted: number[]) =>
    assertEquals(
      values.every((value, i) => Math.abs(value - wanted[i % wanted.length]) < 6),
      true,
      `${values}`,
    );
  const grey = imageOf(jpg(100, 100, 100)), red = imageOf(jpg(200, 40, 20));
  assertEquals([grey.channels, grey.data.length, red.channels, red.data.length], [1, 64, 3, 192]);
  near(grey.data, [100]);
  near(red.data, [200, 40, 20]);
});

Deno.test("imageOf() refuses images that are transparent, cut off or too large, and other files", () => {
  assertThrows(
    () => imageOf(png([255, 0, 0, 255], { channels: 2 })),
    InputError,
    "it has transparent pixels",
  );
  assertThrows(() => imageOf(png([255, 0]).subarray(0, 40)), InputError, "it is not a whole PNG file");
  const large = png([255, 0]);
  new DataView(large.buffer, large.byteOffset).setUint32(16, 100_000);
  new DataView(large.buffer, large.byteOffset).setUint32(20, 100_000);
  assertThrows(() => imageOf(large), InputError, "it has more than 4194304 pixels");
  assertThrows(() => imageOf(new Uint8Array(100)), InputError, "it is neither a PNG nor a JPEG file");
  assertThrows(
    () => imageOf(jpg(1, 2, 3).subarray(0, 300)),
    InputError,
    "it is neither a PNG nor a JPEG file",
  );
});

Deno.test("loadData() reads folders of images by class, numbers in order and words as names", async () => {
  const files = {
    "train/10/a.png": png([255, 0]),
    "train/2/a.png": png([0, 255]),
    "train/2/b.PNG": png([51, 255]),
    "train/2/notes.txt": "",
    "test/10/c.png": png([0, 0]),
  };
  await withFolder(files, async (folder) => {
    const { train, test, reading } = await loadData(folder);
    assertEquals([...train.x.data], [1, 0, 0, 1, Math.fround(0.2), 1]);
    assertEquals([[...train.labels], [...test.labels], train.classes], [[10, 2, 2], [10], 11]);
    assertEquals(reading.source.format, "images, 2 × 1, grey");
  });
  await withFolder(
    { "cat/a.png": png([255, 0]), "ant/b.png": png([0, 1, 2, 3, 4, 255], { channels: 3 }) },
    async (folder) => {
      const { train } = await loadData(folder, { scale: "none" });
      assertEquals([...train.x.data], [0, 1, 2, 3, 4, 255, 255, 255, 255, 0, 0, 0]);
      assertEquals([[...train.labels], train.classNames], [[0, 1], ["ant", "cat"]]);
    },
  );
});

Deno.test("loadData() names the image of another size, and the file that is not an image", async () => {
  const other = encode({ width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(0) });
  await withFolder({ "a/1.png": png([255, 0]), "b/2.png": other }, async (folder) => {
    const { message } = await assertRejects(() => loadData(folder), UserError);
    assertEquals(message, `Cannot load data from ${folder}/b/2.png: it is 1 × 1, others are 2 × 1`);
  });
  await withFolder({ "a/1.png": png([255, 0]), "b/2.png": "png" }, async (folder) => {
    const { message } = await assertRejects(() => loadData(folder), UserError);
    assertEquals(
      message.startsWith(`Cannot read ${folder}/b/2.png: it is neither a PNG nor a JPEG file`),
      true,
      message,
    );
  });
});
