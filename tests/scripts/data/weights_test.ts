import { assertEquals, assertThrows } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { familyFor, pairsOf, weightsFor } from "../../../scripts/data/weights.ts";
import { InputError, maxout, softmaxLinear, type Tensor } from "../../../src/mod.ts";

const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
});
const linear = softmaxLinear({ inputs: 3, classes: 2 });
const none = new Map<string, string>();
const pairs = (text: string) => pairsOf(text);

Deno.test("weightsFor() takes torch's shapes and transposes Keras's", () => {
  const torch = { "fc.weight": tensor(2, 3), "fc.bias": tensor(2) };
  const { W, b } = weightsFor(linear, torch, pairs("W=fc.weight,b=fc.bias"), "auto");
  assertEquals([[...W.data], [...b.data], W.shape], [[1, 2, 3, 4, 5, 6], [1, 2], [2, 3]]);
  const keras = { kernel: tensor(3, 2), bias: tensor(1, 2), other: tensor(9) };
  assertEquals(
    [...weightsFor(linear, keras, none, "auto").W.data],
    [1, 3, 5, 2, 4, 6],
    "the only shapes that fit",
  );
});

Deno.test("weightsFor() asks whether to transpose where all matrices are square", () => {
  const square = softmaxLinear({ inputs: 2, classes: 2 });
  const tensors = { W: tensor(2, 2), b: tensor(2) };
  assertThrows(
    () => weightsFor(square, tensors, none, "auto"),
    InputError,
    "W is square, so its shape does not tell",
  );
  assertEquals([...weightsFor(square, tensors, none, "no").W.data], [1, 2, 3, 4]);
  assertEquals([...weightsFor(square, tensors, none, "yes").W.data], [1, 3, 2, 4]);
});

Deno.test("weightsFor() refuses tensors that do not fit, are missing, or are ambiguous", () => {
  const W = tensor(2, 3), b = tensor(2);
  for (
    const [tensors, map, problem] of [
      [{ W: tensor(2, 4), b }, undefined, '"W" is of shape 2 × 4, W of 2 × 3'],
      [{ W }, undefined, "b of shape 2 is not among the names, and by shape none fits"],
      [{ W, c: b, d: b }, undefined, 'b of shape 2 is not among the names, and by shape "c", "d" may be'],
      [{ W, b }, "w=W", 'softmaxLinear has no tensor "w"; did you mean W?'],
      [{ W, b }, "W=V", 'the file has no tensor "V"; did you mean W?'],
    ] as const
  ) {
    const given = map === undefined ? none : pairs(map);
    assertThrows(
      () => weightsFor(linear, tensors as Record<string, Tensor>, given, "auto"),
      InputError,
      problem,
    );
  }
  assertThrows(() => pairsOf("W"), InputError, '"W" does not pair names');
  assertThrows(() => pairsOf("W=a,W=b"), InputError, '"W" is paired twice');
  assertThrows(() => weightsFor(linear, { W, b }, none, "yes"), InputError, "fits W only as it is");
  const layers = maxout({ inputs: 3, classes: 2, units: [4], pieces: 2 });
  const flat = { "layer0.W": tensor(8, 3), "layer0.b": tensor(2, 4), "top.W": tensor(2, 4), "top.b": b };
  assertThrows(() => weightsFor(layers, flat, none, "auto"), InputError, '"layer0.W" is of shape 8 × 3');
});

Deno.test("familyFor() finds inputs and classes from the shapes, or asks", () => {
  const make = (sizes: { inputs: number; classes: number }) => softmaxLinear(sizes);
  const { inputs, classes } = familyFor(make, { W: tensor(3, 7), b: tensor(3) }, none, {});
  assertEquals([inputs, classes], [7, 3]);
  const names = pairs("W=a,b=c");
  assertEquals(familyFor(make, { a: tensor(7, 3), c: tensor(3) }, names, {}).inputs, 7);
  assertThrows(
    () => familyFor(make, { W: tensor(3, 7), b: tensor(4) }, none, {}),
    InputError,
    'no number of inputs and classes fits all tensors; the file has "W" 3 × 7, "b" 4',
  );
  assertThrows(
    () => familyFor(make, { W: tensor(3, 7), b: tensor(3) }, none, { inputs: 3, classes: 3 }),
    InputError,
  );
});
