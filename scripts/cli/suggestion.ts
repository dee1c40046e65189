/** What somebody may have meant. @module */

/** `; did you mean X?` where one of `known` is nearly `given`, else nothing. */
export function suggestion(given: string, known: Iterable<string>): string {
  const limit = Math.max(1, Math.floor(given.length / 3));
  const near = [...known]
    .map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= limit || (given.length > 2 && name.startsWith(given)))
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
