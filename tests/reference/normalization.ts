/** Normalisation of channels, once more: see `mod.ts`. @module */

type Numbers = Float64Array;

export function channelMoments(
  mean: Numbers,
  variance: Numbers,
  x: Numbers,
  rows: number,
  channels: number,
  pixels: number,
): void {
  for (let c = 0; c < channels; c++) {
    const own = Array.from(x).filter((_, i) => Math.floor(i / pixels) % channels === c);
    mean[c] = own.reduce((a, b) => a + b, 0) / (rows * pixels);
    variance[c] = own.reduce((a, b) => a + (b - mean[c]) ** 2, 0) / (rows * pixels);
  }
}

export function channelProducts(
  sums: Numbers,
  products: Numbers,
  dY: Numbers,
  x: Numbers,
  mean: Numbers,
  rows: number,
  channels: number,
  pixels: number,
): void {
  sums.fill(0);
  products.fill(0);
  for (let i = 0; i < rows * channels * pixels; i++) {
    const c = Math.floor(i / pixels) % channels;
    sums[c] += dY[i];
    products[c] += dY[i] * (x[i] - mean[c]);
  }
}

export function channelScale(
  out: Numbers,
  x: Numbers,
  scale: Numbers,
  shift: Numbers,
  rows: number,
  channels: number,
  pixels: number,
): void {
  for (let i = 0; i < rows * channels * pixels; i++) {
    const c = Math.floor(i / pixels) % channels;
    out[i] = x[i] * scale[c] + shift[c];
  }
}

export function channelBlend(
  dX: Numbers,
  dY: Numbers,
  x: Numbers,
  scale: Numbers,
  slope: Numbers,
  shift: Numbers,
  rows: number,
  channels: number,
  pixels: number,
): void {
  for (let i = 0; i < rows * channels * pixels; i++) {
    const c = Math.floor(i / pixels) % channels;
    dX[i] = dY[i] * scale[c] + x[i] * slope[c] + shift[c];
  }
}
