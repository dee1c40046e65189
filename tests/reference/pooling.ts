/** Maxima and means of windows, once more: see `mod.ts`. @module */

type Numbers = Float64Array;

/** Places in the image of each window's entries, without those in the padding. */
function windows(places: Numbers, outputs: number): number[][] {
  const all = Array.from({ length: outputs }, (): number[] => []);
  places.forEach((place, i) => place >= 0 && all[i % outputs].push(place));
  return all;
}

export function maxPoolForward(
  out: Numbers,
  winner: Numbers,
  x: Numbers,
  places: Numbers,
  pixels: number,
  images: number,
  outputs: number,
  _size: number,
): void {
  const entries = windows(places, outputs);
  for (let i = 0; i < images * outputs; i++) {
    const image = x.subarray(Math.floor(i / outputs) * pixels);
    winner[i] = entries[i % outputs].reduce((best, place) => image[place] > image[best] ? place : best);
    out[i] = image[winner[i]];
  }
}

export function maxPoolBackward(
  dX: Numbers,
  dOut: Numbers,
  winner: Numbers,
  pixels: number,
  images: number,
  outputs: number,
): void {
  dX.fill(0);
  for (let i = 0; i < images * outputs; i++) dX[Math.floor(i / outputs) * pixels + winner[i]] += dOut[i];
}

export function averagePoolForward(
  out: Numbers,
  x: Numbers,
  places: Numbers,
  shares: Numbers,
  pixels: number,
  images: number,
  outputs: number,
  _size: number,
): void {
  const entries = windows(places, outputs);
  for (let i = 0; i < images * outputs; i++) {
    const at = Math.floor(i / outputs) * pixels;
    out[i] = shares[i % outputs] * entries[i % outputs].reduce((sum, place) => sum + x[at + place], 0);
  }
}

export function averagePoolBackward(
  dX: Numbers,
  dOut: Numbers,
  places: Numbers,
  shares: Numbers,
  pixels: number,
  images: number,
  outputs: number,
  _size: number,
): void {
  dX.fill(0);
  const entries = windows(places, outputs);
  for (let i = 0; i < images * outputs; i++) {
    for (const place of entries[i % outputs]) {
      dX[Math.floor(i / outputs) * pixels + place] += shares[i % outputs] * dOut[i];
    }
  }
}
