/** Looks at compiled code, in asc's text form of a binary, for regressions that no result shows. @module */

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
export function maxOffset(text: string): number {
  return Array.from(text.matchAll(/\boffset=(\d+)/g), ([, bytes]) => Number(bytes))
    .reduce((most, bytes) => Math.max(most, bytes), 0);
}

/** Multiply-adds from which a loop counts as one that speed depends on. */
const MANY = 12;

/**
 * The most vectors that are alive at once in an inner loop of many multiply-adds, in asc's text form of a binary. An
 * engine has 16 registers on x64, of which V8 keeps one for itself: what is more goes to memory and back at each turn.
 */
export function maxLiveVectors(text: string): number {
  const functions = text.split(/\n \(func /).slice(1);
  return Math.max(
    0,
    ...functions.flatMap((body) => {
      const vectors = new Set(
        Array.from(body.matchAll(/\((?:local|param) (\$\d+) v128\)/g), ([, name]) => name),
      );
      return innerLoops(body.split("\n").map((line) => line.trim()))
        .filter((lines) => lines.filter(isMultiplyAdd).length >= MANY)
        .map((lines) => alive(lines, vectors));
    }),
  );
}

function isMultiplyAdd(line: string, i: number, lines: readonly string[]): boolean {
  return line === "f32x4.relaxed_madd" || line === "f32x4.add" && lines.slice(0, i).includes("f32x4.mul");
}

/** The lines of each loop without another in it. */
function innerLoops(lines: readonly string[]): string[][] {
  const starts = lines.flatMap((line, i) => line.startsWith("loop ") ? [i] : []);
  return starts.flatMap((start, i) => {
    const end = endOf(lines, start);
    return starts[i + 1] < end ? [] : [lines.slice(start + 1, end)];
  });
}

function endOf(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    if (/^(loop|block|if)\b/.test(lines[i])) depth++;
    if (lines[i] === "end" && --depth === 0) return i;
  }
  return lines.length;
}

/** Backwards through the loop: alive at its end is what its start reads. */
function alive(lines: readonly string[], vectors: ReadonlySet<string>): number {
  const accesses = lines.flatMap((line) => {
    const [, kind, name] = /^local\.(get|set|tee) (\$\d+)$/.exec(line) ?? [];
    return vectors.has(name) ? [{ read: kind === "get", name }] : [];
  });
  const written = new Set<string>(), now = new Set<string>();
  for (const { read, name } of accesses) {
    if (!read) written.add(name);
    else if (!written.has(name)) now.add(name);
  }
  let most = now.size;
  for (const { read, name } of accesses.toReversed()) {
    if (read) now.add(name);
    else now.delete(name);
    most = Math.max(most, now.size);
  }
  return most;
}
