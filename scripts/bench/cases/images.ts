/** Convolutions and pools, of the first layer of a network of images. @module */

import { placesOf, type Windows, windowsOf } from "../../../src/ops/windows.ts";
import { uniformFloats } from "../part.ts";
import { type Draft, integerBuffer, zeros } from "./draft.ts";

/** Images, height and width, channels out, kernel: 16 channels of one, by windows of 5 × 5. */
const [IMAGES, SIDE, CHANNELS, KERNEL] = [20, 28, 16, 5];

/** Convolutions and pools. */
export function images(): Draft[] {
  return [...convolutions(), ...pools()];
}

function convolutions(): Draft[] {
  const windows = windowsOf([1, SIDE, SIDE], { kernel: [KERNEL, KERNEL] }) as Windows;
  const places = placesOf(windows), positions = windows.to[0] * windows.to[1], depth = windows.size;
  const bases = places.slice(0, positions);
  const offsets = Int32Array.from({ length: depth }, (_, i) => places[i * positions] - bases[0]);
  const pixels = SIDE * SIDE, size = IMAGES * CHANNELS * positions;
  const [x, z, w] = [IMAGES * pixels, size, CHANNELS * depth].map((n) => uniformFloats(n));
  const scalars = [pixels, IMAGES, 1, CHANNELS, depth, positions];
  const products = { unit: "GFLOP/s", amount: 2 * size * depth } as const;
  const each = { unit: "ns/element", amount: size } as const;
  return [
    {
      kernel: "conv2dForward",
      operands: [zeros(size), x, w, uniformFloats(CHANNELS), offsets, bases],
      scalars,
      ...products,
    },
    { kernel: "conv2dBackward", operands: [zeros(x.length), z, w, offsets, bases], scalars, ...products },
    {
      kernel: "conv2dParameters",
      operands: [zeros(w.length), z, x, offsets, bases],
      scalars: [0, ...scalars],
      ...products,
    },
    {
      kernel: "channelSums",
      operands: [zeros(CHANNELS), z],
      scalars: [0, IMAGES, CHANNELS, positions],
      ...each,
    },
    {
      kernel: "channelMoments",
      operands: [zeros(CHANNELS), zeros(CHANNELS), z],
      scalars: [IMAGES, CHANNELS, positions],
      ...each,
    },
    {
      kernel: "channelProducts",
      operands: [zeros(CHANNELS), zeros(CHANNELS), z, z, uniformFloats(CHANNELS)],
      scalars: [IMAGES, CHANNELS, positions],
      ...each,
    },
    {
      kernel: "channelScale",
      operands: [zeros(size), z, uniformFloats(CHANNELS), uniformFloats(CHANNELS)],
      scalars: [IMAGES, CHANNELS, positions],
      ...each,
    },
    {
      kernel: "channelBlend",
      operands: [zeros(size), z, z, ...[0, 0, 0].map(() => uniformFloats(CHANNELS))],
      scalars: [IMAGES, CHANNELS, positions],
      ...each,
    },
    {
      kernel: "shiftImages",
      operands: [zeros(x.length), x],
      scalars: [2, -2, SIDE, SIDE, IMAGES, SIDE, SIDE],
      unit: "ns/element",
      amount: x.length,
    },
  ];
}

function pools(): Draft[] {
  const windows = windowsOf([1, SIDE, SIDE], { kernel: [2, 2], stride: [2, 2] }) as Windows;
  const places = placesOf(windows), outputs = windows.to[0] * windows.to[1], pixels = SIDE * SIDE;
  const count = IMAGES * CHANNELS, scalars = [pixels, count, outputs];
  const [x, dOut] = [uniformFloats(count * pixels), uniformFloats(count * outputs)];
  const shares = new Float32Array(outputs).fill(1 / windows.size);
  // the first of each window
  const winners = Int32Array.from({ length: count * outputs }, (_, i) => places[i % outputs]);
  const each = { unit: "ns/element", amount: count * outputs } as const;
  return [
    {
      kernel: "maxPoolForward",
      operands: [zeros(count * outputs), integerBuffer(count * outputs), x, places],
      scalars: [...scalars, windows.size],
      ...each,
    },
    { kernel: "maxPoolBackward", operands: [zeros(x.length), dOut, winners], scalars, ...each },
    {
      kernel: "averagePoolForward",
      operands: [zeros(count * outputs), x, places, shares],
      scalars: [...scalars, windows.size],
      ...each,
    },
    {
      kernel: "averagePoolBackward",
      operands: [zeros(x.length), dOut, places, shares],
      scalars: [...scalars, windows.size],
      ...each,
    },
  ];
}
