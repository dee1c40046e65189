/** Convolutions of images, once more: see `mod.ts`. @module */

type Numbers = Float64Array;

/** Every product of a convolution: places in w, x and z. */
function* products(
  offsets: Numbers,
  bases: Numbers,
  [pixels, rows, groups, outputs, depth, places]: readonly number[],
) {
  for (let r = 0; r < rows; r++) {
    for (let g = 0; g < groups; g++) {
      for (let o = 0; o < outputs; o++) {
        for (let p = 0; p < places; p++) {
          for (let k = 0; k < depth; k++) {
            yield {
              w: (g * outputs + o) * depth + k,
              x: (r * groups + g) * pixels + offsets[k] + bases[p],
              z: ((r * groups + g) * outputs + o) * places + p,
            };
          }
        }
      }
    }
  }
}

export function conv2dForward(
  z: Numbers,
  x: Numbers,
  w: Numbers,
  b: Numbers,
  offsets: Numbers,
  bases: Numbers,
  pixels: number,
  rows: number,
  groups: number,
  outputs: number,
  depth: number,
  places: number,
): void {
  for (let i = 0; i < z.length; i++) z[i] = b[Math.floor(i / places) % (groups * outputs)];
  for (const at of products(offsets, bases, [pixels, rows, groups, outputs, depth, places])) {
    z[at.z] += w[at.w] * x[at.x];
  }
}

export function conv2dBackward(
  dX: Numbers,
  dZ: Numbers,
  w: Numbers,
  offsets: Numbers,
  bases: Numbers,
  pixels: number,
  rows: number,
  groups: number,
  outputs: number,
  depth: number,
  places: number,
): void {
  dX.fill(0);
  for (const at of products(offsets, bases, [pixels, rows, groups, outputs, depth, places])) {
    dX[at.x] += w[at.w] * dZ[at.z];
  }
}

export function conv2dParameters(
  dW: Numbers,
  dZ: Numbers,
  x: Numbers,
  offsets: Numbers,
  bases: Numbers,
  accumulate: number,
  pixels: number,
  rows: number,
  groups: number,
  outputs: number,
  depth: number,
  places: number,
): void {
  if (!accumulate) dW.fill(0);
  for (const at of products(offsets, bases, [pixels, rows, groups, outputs, depth, places])) {
    dW[at.w] += x[at.x] * dZ[at.z];
  }
}

export function channelSums(
  out: Numbers,
  x: Numbers,
  accumulate: number,
  rows: number,
  channels: number,
  pixels: number,
): void {
  if (!accumulate) out.fill(0);
  for (let i = 0; i < rows * channels * pixels; i++) out[Math.floor(i / pixels) % channels] += x[i];
}

export function shiftImages(
  out: Numbers,
  x: Numbers,
  down: number,
  right: number,
  height: number,
  width: number,
  images: number,
  toHeight: number,
  toWidth: number,
): void {
  for (let i = 0; i < images * toHeight * toWidth; i++) {
    const image = Math.floor(i / (toHeight * toWidth));
    const [y, left] = [Math.floor(i / toWidth) % toHeight - down, i % toWidth - right];
    const inside = y >= 0 && y < height && left >= 0 && left < width;
    out[i] = inside ? x[(image * height + y) * width + left] : 0;
  }
}
