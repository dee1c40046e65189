/** Values and lists as messages show them, and what a mistaken word may have meant. @module */

/** Words as a list in a sentence: a, b or c. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Characters of a value that a message shows. */
const SHOWN = 60;

/** A value as a message shows it: short, and without control characters. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const items = Array.from(Array.prototype.slice.call(value, 0, 8), shown).join(", ");
    return cut(`[${items}${(value as ArrayLike<unknown>).length > 8 ? ", …" : ""}]`);
  }
  const { constructor } = value;
  return typeof constructor !== "function" || constructor === Object
    ? "an object"
    : `a ${cut(String(constructor.name || "thing"))}`;
}

/** A text in quotes, cut, its control characters as spaces. */
export function quoted(text: string): string {
  return `"${cut(text)}"`;
}

function cut(text: string): string {
  const start = text.slice(0, 4 * SHOWN);
  // engines take half a millisecond to compile the other expression
  const plain = /[^ -~]/.test(start) ? start.replace(/[\p{C}\u2028\u2029]+/gu, " ") : start;
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, "")}…` : plain;
}

/** `; did you mean X?` where one of `known` is nearly `word`, else nothing. */
export function suggestion(word: string, known: Iterable<string>): string {
  if (word.length > SHOWN) return "";
  const limit = Math.max(1, Math.floor(word.length / 3));
  const near = [...known]
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= limit || (word.length > 2 && name.startsWith(word)))
    .sort((a, b) => a.far - b.far);
  return near.length > 0 ? `; did you mean ${near[0].name}?` : "";
}

/** Letters to insert, delete, replace or let change places with the next to get from `a` to `b`. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i].push(Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      ));
    }
  }
  return rows[a.length][b.length];
}
