/** The kernels of asm/maxout.ts again. @module */

import type { Numbers } from "./numbers.ts";

export function maxoutForward(
  h: Numbers,
  winner: Numbers,
  z: Numbers,
  rows: number,
  units: number,
  pieces: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let u = 0; u < units; u++) {
      const piece = (p: number) => z[(b * pieces + p) * units + u];
      let best = 0;
      for (let p = 1; p < pieces; p++) if (piece(p) > piece(best)) best = p;
      h[b * units + u] = piece(best);
      winner[b * units + u] = best;
    }
  }
}

export function maxoutBackward(
  dZ: Numbers,
  dH: Numbers,
  winner: Numbers,
  rows: number,
  units: number,
  pieces: number,
): void {
  dZ.fill(0);
  for (let b = 0; b < rows; b++) {
    for (let u = 0; u < units; u++) {
      dZ[(b * pieces + winner[b * units + u]) * units + u] = dH[b * units + u];
    }
  }
}
