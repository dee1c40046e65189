/** A look at compiled code for regressions that no result shows. @module */

/**
 * The longest run of multiply-adds, in asc's text form of a binary, that feed each other without a place of their own.
 *
 * An optimiser that nests the four steps of the matrix product's inner loop, as -O3, -Oz and --converge do, makes runs of
 * four; it costs registers, and a quarter to a half of the speed.
 */
export function longestMultiplyAddChain(text: string): number {
  const lines = text.split("\n").map((line) => line.trim());
  let [longest, run] = [0, 0];
  for (const line of lines) {
    run = line === "f32x4.relaxed_madd" || line === "f32x4.add" ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** The largest offset of a load or store, in the same text. */
export function farthestOffset(text: string): number {
  return Array.from(text.matchAll(/\boffset=(\d+)/g), ([, bytes]) => Number(bytes))
    .reduce((most, bytes) => Math.max(most, bytes), 0);
}
