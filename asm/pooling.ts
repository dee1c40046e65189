// The maximum or mean of windows over images. Entry k of window p lies at place places[k, p] of its image, -1 in the padding;
// each window has at least one other. x (images, pixels), out (images, outputs), places (size, outputs).

import { In, IntIn, IntOut, Out } from "./operands";

/** Four windows of stride 2 lie so. */
const STEPS: usize = memory.data<i32>([0, 2, 4, 6], 16);

/** out[i, p] = max_k x[i, places[k, p]], winner[i, p] = the place of the first that reaches it. */
export function maxPoolForward(
  out: Out, winner: IntOut, x: In, places: IntIn, pixels: usize, images: usize, outputs: usize, size: usize,
): void {
  const step = outputs << 2, zero = i32x4.splat(0);
  for (let i: usize = 0; i < images; i++, x += pixels << 2, out += step, winner += step) {
    let p: usize = 0;
    for (; p + 4 <= outputs; p += 4) {
      let best = f32x4.splat(0), index = i32x4.splat(-1);
      for (let k: usize = 0, at = places + (p << 2); k < size; k++, at += step) {
        const v = v128.load(at), first = i32x4.extract_lane(v, 0);
        let value: v128;
        if (first >= 0 && i32x4.all_true(i32x4.eq(i32x4.sub(v, i32x4.splat(first)), v128.load(STEPS)))) {
          const q = x + (<usize>first << 2);
          value = v128.shuffle<f32>(v128.load(q), v128.load(q, 12), 0, 2, 5, 7);
        } else {
          // what lies in the padding is not taken: any number does
          const there = i32x4.max_s(v, zero);
          value = v128.load32_zero(x + (<usize>i32x4.extract_lane(there, 0) << 2));
          value = f32x4.replace_lane(value, 1, load<f32>(x + (<usize>i32x4.extract_lane(there, 1) << 2)));
          value = f32x4.replace_lane(value, 2, load<f32>(x + (<usize>i32x4.extract_lane(there, 2) << 2)));
          value = f32x4.replace_lane(value, 3, load<f32>(x + (<usize>i32x4.extract_lane(there, 3) << 2)));
        }
        const better = v128.and(
          i32x4.ge_s(v, zero), v128.or(f32x4.gt(value, best), i32x4.lt_s(index, zero)),
        );
        best = v128.bitselect(value, best, better);
        index = v128.bitselect(v, index, better);
      }
      v128.store(out + (p << 2), best);
      v128.store(winner + (p << 2), index);
    }
    for (; p < outputs; p++) {
      let best: f32 = 0, index = -1;
      for (let k: usize = 0, at = places + (p << 2); k < size; k++, at += step) {
        const place = load<i32>(at);
        if (place < 0) continue;
        const value = load<f32>(x + (<usize>place << 2));
        if (index < 0 || value > best) {
          best = value;
          index = place;
        }
      }
      store<f32>(out + (p << 2), best);
      store<i32>(winner + (p << 2), index);
    }
  }
}

/** dX[i, q] = the sum of dOut[i, p] over the windows p that winner[i, p] = q won. */
export function maxPoolBackward(
  dX: Out, dOut: In, winner: IntIn, pixels: usize, images: usize, outputs: usize,
): void {
  memory.fill(dX, 0, images * pixels << 2);
  for (let i: usize = 0; i < images; i++, dX += pixels << 2) {
    for (const end = dOut + (outputs << 2); dOut < end; dOut += 4, winner += 4) {
      const at = dX + (<usize>load<i32>(winner) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(dOut));
    }
  }
}

/** out[i, p] = shares[p] sum_k x[i, places[k, p]]. */
export function averagePoolForward(
  out: Out, x: In, places: IntIn, shares: In, pixels: usize, images: usize, outputs: usize, size: usize,
): void {
  for (let i: usize = 0; i < images; i++, x += pixels << 2, out += outputs << 2) {
    for (let p: usize = 0; p < outputs; p++) {
      let sum: f32 = 0;
      for (let k: usize = 0, at = places + (p << 2); k < size; k++, at += outputs << 2) {
        const place = load<i32>(at);
        if (place >= 0) sum += load<f32>(x + (<usize>place << 2));
      }
      store<f32>(out + (p << 2), sum * load<f32>(shares + (p << 2)));
    }
  }
}

/** dX[i, q] = the sum of shares[p] dOut[i, p] over the windows p that q lies in. */
export function averagePoolBackward(
  dX: Out, dOut: In, places: IntIn, shares: In, pixels: usize, images: usize, outputs: usize, size: usize,
): void {
  memory.fill(dX, 0, images * pixels << 2);
  for (let i: usize = 0; i < images; i++, dX += pixels << 2, dOut += outputs << 2) {
    for (let k: usize = 0, at = places; k < size; k++) {
      for (let p: usize = 0; p < outputs; p++, at += 4) {
        const place = load<i32>(at);
        if (place < 0) continue;
        const q = dX + (<usize>place << 2);
        store<f32>(q, load<f32>(q) + load<f32>(shares + (p << 2)) * load<f32>(dOut + (p << 2)));
      }
    }
  }
}
