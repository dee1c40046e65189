import { assertEquals } from "@std/assert";
import { shaded } from "../../../src/web/view/picture.tsx";

Deno.test("shaded() paints added ink dark and removed ink light", () => {
  const rgba = shaded(Float32Array.of(1, -1, 0), [-1, 1]);
  assertEquals([rgba[0], rgba[4], rgba[8]], [0, 255, 128]);
  assertEquals([rgba[3], rgba[7], rgba[11]], [255, 255, 255]);
  const ink = shaded(Float32Array.of(1, 0, 2, -1), [0, 1]);
  assertEquals([0, 4, 8, 12].map((i) => ink[i]), [0, 255, 0, 255]);
});
