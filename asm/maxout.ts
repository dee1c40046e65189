// Pieces are major: z[b, p * units + u], so that the maximum over pieces runs along whole vectors.

import { In, IntIn, IntOut, Out } from "./operands";

/** h[b, u] = max_p z[b, p, u], winner[b, u] = the first p that reaches it (i32); z (rows, pieces, units). */
export function maxoutForward(
  h: Out, winner: IntOut, z: In, rows: usize, units: usize, pieces: usize,
): void {
  const step = units << 2;
  for (let b: usize = 0; b < rows; b++) {
    let u: usize = 0;
    for (; u + 4 <= units; u += 4) {
      let p = z + (u << 2);
      let best = v128.load(p);
      let index = i32x4.splat(0);
      for (let j: usize = 1; j < pieces; j++) {
        p += step;
        const value = v128.load(p);
        const better = f32x4.gt(value, best);
        best = v128.bitselect(value, best, better);
        index = v128.bitselect(i32x4.splat(<i32>j), index, better);
      }
      v128.store(h + (u << 2), best);
      v128.store(winner + (u << 2), index);
    }
    for (; u < units; u++) {
      let p = z + (u << 2);
      let best = load<f32>(p);
      let index: i32 = 0;
      for (let j: usize = 1; j < pieces; j++) {
        p += step;
        const value = load<f32>(p);
        if (value > best) {
          best = value;
          index = <i32>j;
        }
      }
      store<f32>(h + (u << 2), best);
      store<i32>(winner + (u << 2), index);
    }
    z += step * pieces;
    h += step;
    winner += step;
  }
}

/** dZ[b, p, u] = dH[b, u] if p = winner[b, u], else 0; dZ (rows, pieces, units), dH (rows, units). */
export function maxoutBackward(
  dZ: Out, dH: In, winner: IntIn, rows: usize, units: usize, pieces: usize,
): void {
  const step = units << 2;
  for (let b: usize = 0; b < rows; b++) {
    for (let j: usize = 0; j < pieces; j++) {
      let u: usize = 0;
      for (; u + 4 <= units; u += 4) {
        const at = u << 2;
        const mine = i32x4.eq(v128.load(winner + at), i32x4.splat(<i32>j));
        v128.store(dZ + at, v128.and(v128.load(dH + at), mine));
      }
      for (; u < units; u++) {
        const at = u << 2;
        store<f32>(dZ + at, load<i32>(winner + at) == <i32>j ? load<f32>(dH + at) : 0);
      }
      dZ += step;
    }
    dH += step;
    winner += step;
  }
}
