/** Sentences that compare two figures, against the figures that they give. @module */

/** How many of `sentences` compare figures, and those whose word is not that of their figures, or that do neither. */
export function contradictions(sentences: readonly string[]): { compared: number; wrong: string[] } {
  const wrong: string[] = [];
  let compared = 0;
  for (const sentence of sentences) {
    const match = sentence.match(
      /^.*? (?<a>-?\d[\d.e-]*)( %)?, (?<word>less than|more than|as much as) .*? (?<b>-?\d[\d.e-]*)( %)?\.$/,
    );
    if (!match) {
      if (!sentence.startsWith("Of the paper's figures here: ")) wrong.push(sentence);
      continue;
    }
    compared++;
    const [a, b] = [Number(match.groups!.a), Number(match.groups!.b)];
    if (match.groups!.word !== (a < b ? "less than" : a > b ? "more than" : "as much as")) {
      wrong.push(sentence);
    }
  }
  return { compared, wrong };
}
