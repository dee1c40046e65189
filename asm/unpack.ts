// What unpacks the binaries when a program starts: the same in JavaScript, which no engine has optimised by then, takes
// milliseconds. scripts/build/patch.ts describes both forms. Addresses below 8256 are its own.

/** Bits of the longest code of a byte. */
const LONGEST: u32 = 12;
/** Where each length of code begins in the table. */
const NEXT: usize = 8192;

/** The length of the code of `byte`. */
@inline
function lengthOf(coded: usize, byte: u32): u32 {
  return load<u8>(coded + 3 + (byte >> 1)) >> u8(4 * (byte & 1)) & 15;
}

/**
 * Writes the bytes in `coded` to `out` and returns their number, which stands first, in 3 bytes, lowest first; then the lengths
 * of the bytes' codes, half a byte each, the lower one first. Codes are given out by length and then by byte, in order (canonical
 * Huffman codes).
 */
export function symbols(out: usize, coded: usize): u32 {
  memory.fill(0, 0, NEXT + 64);
  for (let byte: u32 = 0; byte < 256; byte++) {
    const place = NEXT + 4 * (lengthOf(coded, byte) + 1);
    store<u32>(place, load<u32>(place) + ((<u32>1) << (LONGEST - lengthOf(coded, byte))));
  }
  store<u32>(NEXT, 0);
  store<u32>(NEXT + 4, 0);
  for (let length: u32 = 0; length < LONGEST; length++) {
    const place = NEXT + 4 * length;
    store<u32>(place + 4, load<u32>(place + 4) + load<u32>(place));
  }
  for (let byte: u32 = 0; byte < 256; byte++) {
    const length = lengthOf(coded, byte);
    if (length == 0) continue;
    const place = NEXT + 4 * length, count = (<u32>1) << (LONGEST - length);
    const start = load<u32>(place);
    for (let i = start; i < start + count; i++) store<u16>(2 * i, u16(byte << 4 | length));
    store<u32>(place, start + count);
  }
  const size = load<u32>(coded) & 0xffffff;
  let at = coded + 131, held: u32 = 0, count: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    if (count < LONGEST) {
      held = held << 16 | u32(load<u8>(at)) << 8 | load<u8>(at, 1);
      at += 2;
      count += 16;
    }
    const entry = load<u16>(2 * (held >> (count - LONGEST) & 4095));
    store<u8>(out + i, u8(entry >> 4));
    count -= entry & 15;
  }
  return size;
}

/** Where the next byte of the steps is read. */
let next: usize = 0;

function byte(): u32 {
  return load<u8>(next++);
}

function number(): u32 {
  let value: u32 = 0, shift: u32 = 0, part: u32;
  do {
    part = byte();
    value |= (part & 127) << shift;
    shift += 7;
  } while (part > 127);
  return value;
}

/**
 * Writes to `out` what the steps in `patch` make of `base`, or of what is written already where `base` is 0; returns the number
 * of bytes.
 */
export function unpacked(out: usize, base: usize, patch: usize, patchEnd: usize): u32 {
  next = patch;
  const size = number();
  let at = out, end = base;
  while (true) {
    const counts = byte(), fresh = counts >> 4 < 15 ? counts >> 4 : 15 + number();
    memory.copy(at, next, fresh);
    at += fresh;
    next += fresh;
    if (next >= patchEnd) return size;
    const distance = number(), rest = counts & 15;
    const length = 4 + (rest < 15 ? rest : 15 + number());
    const start = base == 0
      ? at - distance
      : distance & 1
      ? end - (distance + 1) / 2
      : end + distance / 2;
    end = start + length;
    memory.copy(at, start, length);
    at += length;
  }
}
