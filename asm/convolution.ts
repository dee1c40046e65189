// Convolutions of images as products with their windows, which are never laid out whole: packing reads them where they lie.
//
// Entry k of the window at place p lies at image + offsets[k] + bases[p], whole numbers of floats, so images have their padding
// around them. `groups` parts of the channels do not see each other: x (rows, groups, pixels), w (groups, outputs, depth),
// z (rows, groups, outputs, places); offsets (depth), bases (places), ascending.

import { KC, MC, packA, packB, storeRow, tile, tileEdge } from "./gemm";
import { lanes, madd } from "./math";
import { In, IntIn, Out } from "./operands";
import { packedA, packedB } from "./scratch";

/** Floats of `packedA` for strips or sums, and for panels; the rest is for lines of PLACES or lists. */
const STRIPS: usize = 50000, PANELS: usize = 34816, PLACES: usize = 2048;

/** Outputs whose sums are held at once, a multiple of 8. */
const OUTPUTS: usize = 512;

/** Entries of 8 or fewer windows from `bases` on to panel [k][8], zeros beyond cols and depth. */
function packWindows(
  image: usize, offsets: usize, bases: usize, cols: usize, depth: usize, padded: usize,
): void {
  memory.fill(packedB + (depth << 5), 0, (padded - depth) << 5);
  for (let j: usize = 0; j < 8; j += 4, bases += 16) {
    let out = packedB + (j << 2);
    const count = cols > j ? min<usize>(4, cols - j) : 0;
    if (count < 4) {
      for (let k: usize = 0; k < depth; k++, out += 32) {
        let v = f32x4.splat(0);
        const at = image + (load<u32>(offsets + (k << 2)) << 2);
        if (count > 0) v = f32x4.replace_lane(v, 0, load<f32>(at + (load<u32>(bases) << 2)));
        if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(at + (load<u32>(bases, 4) << 2)));
        if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(at + (load<u32>(bases, 8) << 2)));
        v128.store(out, v);
      }
      continue;
    }
    const first = image + (load<u32>(bases) << 2);
    if (load<u32>(bases, 12) - load<u32>(bases) == 3) {
      for (let k: usize = 0; k < depth; k++, out += 32) {
        v128.store(out, v128.load(first + (load<u32>(offsets + (k << 2)) << 2)));
      }
      continue;
    }
    const second = image + (load<u32>(bases, 4) << 2), third = image + (load<u32>(bases, 8) << 2);
    const fourth = image + (load<u32>(bases, 12) << 2);
    for (let k: usize = 0; k < depth; k++, out += 32) {
      const at = <usize>load<u32>(offsets + (k << 2)) << 2;
      store<f32>(out, load<f32>(first + at));
      store<f32>(out, load<f32>(second + at), 4);
      store<f32>(out, load<f32>(third + at), 8);
      store<f32>(out, load<f32>(fourth + at), 12);
    }
  }
}

/** n floats at p = value. */
function fillWith(p: usize, value: f32, n: usize): void {
  const v = f32x4.splat(value), end = p + (n << 2);
  for (; p + 16 <= end; p += 16) v128.store(p, v);
  for (; p < end; p += 4) store<f32>(p, value);
}

/** z[r, g, o, p] = b[g, o] + sum_k w[g, o, k] x[r, g, offsets[k] + bases[p]]. */
export function conv2dForward(
  z: Out, x: In, w: In, b: In, offsets: IntIn, bases: IntIn,
  pixels: usize, rows: usize, groups: usize, outputs: usize, depth: usize, places: usize,
): void {
  for (let k0: usize = 0; k0 < depth; k0 += KC) {
    const count = min(KC, depth - k0), padded = (count + 3) & ~3;
    const most = MC * KC / padded / 5 * 5;
    for (let g: usize = 0; g < groups; g++) {
      for (let i0: usize = 0; i0 < outputs; i0 += most) {
        const own = min(most, outputs - i0), first = g * outputs + i0;
        packA(packedA, w + ((first * depth + k0) << 2), depth << 2, 4, own, count, padded);
        for (let r: usize = 0; r < rows; r++) {
          const image = x + ((r * groups + g) * pixels << 2);
          const out = z + ((r * groups * outputs + first) * places << 2);
          if (k0 == 0) {
            for (let i: usize = 0; i < own; i++) {
              fillWith(out + (i * places << 2), load<f32>(b + ((first + i) << 2)), places);
            }
          }
          for (let j: usize = 0; j < places; j += 8) {
            const cols = min<usize>(8, places - j);
            packWindows(image, offsets + (k0 << 2), bases + (j << 2), cols, count, padded);
            for (let i: usize = 0; i < own; i += 5) {
              const at = out + ((i * places + j) << 2), strip = packedA + i * (padded << 2);
              if (cols == 8 && i + 5 <= own) tile(at, places << 2, strip, packedB, padded, true);
              else tileEdge(at, places << 2, strip, packedB, padded, min<usize>(5, own - i), cols, true);
            }
          }
        }
      }
    }
  }
}

/** dX[r, g, offsets[k] + bases[p]] = sum over k and p of sum_o w[g, o, k] dZ[r, g, o, p], 0 where no window is. */
export function conv2dBackward(
  dX: Out, dZ: In, w: In, offsets: IntIn, bases: IntIn,
  pixels: usize, rows: usize, groups: usize, outputs: usize, depth: usize, places: usize,
): void {
  const panels = packedA + (STRIPS << 2), lines = panels + (PANELS << 2);
  memory.fill(dX, 0, rows * groups * pixels << 2);
  for (let o0: usize = 0; o0 < outputs; o0 += KC) {
    const count = min(KC, outputs - o0), padded = (count + 3) & ~3;
    const most = STRIPS / padded / 5 * 5, wide = min(PLACES, PANELS / padded) & ~7;
    for (let g: usize = 0; g < groups; g++) {
      for (let k0: usize = 0; k0 < depth; k0 += most) {
        const own = min(most, depth - k0), from = g * outputs + o0;
        packA(packedA, w + ((from * depth + k0) << 2), 4, depth << 2, own, count, padded);
        for (let r: usize = 0; r < rows; r++) {
          const image = dX + ((r * groups + g) * pixels << 2);
          for (let p0: usize = 0; p0 < places; p0 += wide) {
            const there = min(wide, places - p0);
            const d = dZ + (((r * groups * outputs + from) * places + p0) << 2);
            for (let j: usize = 0; j < there; j += 8) {
              const panel = panels + j * (padded << 2);
              packB(panel, d + (j << 2), places << 2, 4, min<usize>(8, there - j), count, padded);
            }
            for (let i: usize = 0; i < own; i += 5) {
              const strip = packedA + i * (padded << 2);
              for (let j: usize = 0; j < there; j += 8) {
                tile(lines + (j << 2), wide << 2, strip, panels + j * (padded << 2), padded, false);
              }
              for (let k: usize = 0; k < min<usize>(5, own - i); k++) {
                const at = image + (load<u32>(offsets + ((k0 + i + k) << 2)) << 2);
                fold(at, lines + (k * wide << 2), bases + (p0 << 2), there);
              }
            }
          }
        }
      }
    }
  }
}

/** image[bases[p]] += line[p] for n places. */
function fold(image: usize, line: usize, bases: usize, n: usize): void {
  for (const end = bases + (n << 2); bases < end;) {
    const first = load<u32>(bases), at = image + (first << 2);
    if (bases + 16 <= end && load<u32>(bases, 12) - first == 3) {
      v128.store(at, f32x4.add(v128.load(at), v128.load(line)));
      bases += 16;
      line += 16;
    } else {
      store<f32>(at, load<f32>(at) + load<f32>(line));
      bases += 4;
      line += 4;
    }
  }
}

/** dW[g, o, k] = sum_r sum_p dZ[r, g, o, p] x[r, g, offsets[k] + bases[p]], or += it if accumulate. */
export function conv2dParameters(
  dW: Out, dZ: In, x: In, offsets: IntIn, bases: IntIn, accumulate: i32,
  pixels: usize, rows: usize, groups: usize, outputs: usize, depth: usize, places: usize,
): void {
  conv2dParametersPart(dW, dZ, x, offsets, bases, accumulate, pixels, rows, groups, outputs, depth, places, 0, depth);
}

/** The same for the entries `first` to `last` of each window alone, exclusive. */
export function conv2dParametersPart(
  dW: Out, dZ: In, x: In, offsets: IntIn, bases: IntIn, accumulate: i32,
  pixels: usize, rows: usize, groups: usize, outputs: usize, depth: usize, places: usize,
  first: usize, last: usize,
): void {
  const panels = packedA + (STRIPS << 2), lists = panels + (PANELS << 2);
  for (let g: usize = 0; g < groups; g++) {
    for (let o0: usize = 0; o0 < outputs; o0 += OUTPUTS) {
      const own = min(OUTPUTS, outputs - o0), wide = (own + 7) & ~7, from = g * outputs + o0;
      const most = STRIPS / wide / 5 * 5, deep = PANELS / wide;
      for (let k0 = first; k0 < last; k0 += most) {
        const count = min(most, last - k0);
        // sums by entry and output, which are turned at the end
        memory.fill(packedA, 0, (count + 4) / 5 * 5 * wide << 2);
        for (let r: usize = 0; r < rows; r++) {
          const image = x + ((r * groups + g) * pixels << 2);
          for (let p0: usize = 0; p0 < places; p0 += deep) {
            const there = min(deep, places - p0);
            const d = dZ + (((r * groups * outputs + from) * places + p0) << 2);
            for (let j: usize = 0; j < own; j += 8) {
              const panel = panels + (j * deep << 2), list = lists + (j * deep >> 1);
              packB(panel, d + (j * places << 2), 4, places << 2, min<usize>(8, own - j), there, there);
              const end = listRows(list, panel, bases + (p0 << 2), there);
              for (let k: usize = 0; k < count; k += 5) {
                const at = offsets + ((k0 + k) << 2);
                tileWindows(packedA + ((k * wide + j) << 2), wide << 2, image, at, count - k, panel, list, end);
              }
            }
          }
        }
        for (let o: usize = 0; o < own; o++) {
          let out = dW + (((from + o) * depth + k0) << 2), sum = packedA + (o << 2);
          for (let k: usize = 0; k < count; k++, out += 4, sum += wide << 2) {
            store<f32>(out, accumulate ? load<f32>(out) + load<f32>(sum) : load<f32>(sum));
          }
        }
      }
    }
  }
}

/** Moves the rows of panel [p][8] that are not all 0 together, and their bases in bytes to `list`, whose end it returns. */
function listRows(list: usize, panel: usize, bases: usize, n: usize): usize {
  let out = panel;
  for (const end = bases + (n << 2); bases < end; bases += 4, panel += 32) {
    const v0 = v128.load(panel), v1 = v128.load(panel, 16);
    const zero = f32x4.splat(0);
    if (!v128.any_true(v128.or(f32x4.ne(v0, zero), f32x4.ne(v1, zero)))) continue;
    v128.store(out, v0);
    v128.store(out, v1, 16);
    store<u32>(list, load<u32>(bases) << 2);
    out += 32;
    list += 4;
  }
  return list;
}

/** C (5, 8) += entries of windows, 5 by their offsets of which `left` there are, times panel B; windows by `list`, strides in bytes. */
function tileWindows(
  c: usize, stride: usize, image: usize, offsets: usize, left: usize, b: usize, list: usize, end: usize,
): void {
  // entries that are missing are the last one again, in rows that nobody reads
  const q0 = image + (load<u32>(offsets) << 2);
  const q1 = image + (load<u32>(offsets + (min<usize>(1, left - 1) << 2)) << 2);
  const q2 = image + (load<u32>(offsets + (min<usize>(2, left - 1) << 2)) << 2);
  const q3 = image + (load<u32>(offsets + (min<usize>(3, left - 1) << 2)) << 2);
  const q4 = image + (load<u32>(offsets + (min<usize>(4, left - 1) << 2)) << 2);
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  for (; list < end; list += 4, b += 32) {
    const at = <usize>load<u32>(list);
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(q0 + at);
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01);
    s = v128.load32_splat(q1 + at);
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11);
    s = v128.load32_splat(q2 + at);
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21);
    s = v128.load32_splat(q3 + at);
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31);
    s = v128.load32_splat(q4 + at);
    c40 = madd(s, b0, c40); c41 = madd(s, b1, c41);
  }
  storeRow(c, c00, c01, true);
  storeRow(c += stride, c10, c11, true);
  storeRow(c += stride, c20, c21, true);
  storeRow(c += stride, c30, c31, true);
  storeRow(c + stride, c40, c41, true);
}

/** out[c] = sum_r sum_i x[r, c, i], or += it if accumulate; x (rows, channels, pixels). */
export function channelSums(
  out: Out, x: In, accumulate: i32, rows: usize, channels: usize, pixels: usize,
): void {
  for (let c: usize = 0; c < channels; c++) {
    let sums = f32x4.splat(0);
    let rest: f32 = 0;
    for (let r: usize = 0; r < rows; r++) {
      let p = x + ((r * channels + c) * pixels << 2);
      const end = p + (pixels << 2);
      for (; p + 16 <= end; p += 16) sums = f32x4.add(sums, v128.load(p));
      for (; p < end; p += 4) rest += load<f32>(p);
    }
    const at = out + (c << 2), sum = lanes(sums) + rest;
    store<f32>(at, accumulate ? load<f32>(at) + sum : sum);
  }
}

/** out[i, y, x] = image[i, y - down, x - right], 0 where there is none; images (height, width), out (toHeight, toWidth). */
export function shiftImages(
  out: Out, x: In, down: i32, right: i32, height: i32, width: i32,
  images: usize, toHeight: i32, toWidth: i32,
): void {
  const left = max(right, 0), end = min(toWidth, width + right);
  const count = max(end - left, 0) << 2;
  for (let i: usize = 0; i < images; i++) {
    for (let y = 0; y < toHeight; y++, out += <usize>toWidth << 2) {
      const from = y - down;
      if (from < 0 || from >= height || count == 0) {
        memory.fill(out, 0, <usize>toWidth << 2);
        continue;
      }
      memory.fill(out, 0, <usize>left << 2);
      memory.copy(out + (<usize>left << 2), x + (<usize>(from * width + left - right) << 2), <usize>count);
      memory.fill(out + (<usize>end << 2), 0, <usize>(toWidth - end) << 2);
    }
    x += <usize>(height * width) << 2;
  }
}
