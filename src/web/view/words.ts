/** Numbers and results in words. @module */

import type {
  AttackResult,
  Curves,
  Gallery,
  Prediction,
  Predictions,
  Smallest,
  Transfer,
} from "../messages.ts";

/** A fraction as percent: 99.6 %, 3.1 %, 0.02 %. */
export function percent(fraction: number): string {
  const value = 100 * fraction;
  const digits = value === 0 || value >= 99.95 ? 0 : value < 0.1 ? 2 : 1;
  return `${value.toFixed(digits)} %`;
}

/** ε, or another number of that size, with as many digits as the slider has. */
export function decimal(value: number): string {
  return `${+value.toFixed(3)}`.replace("-", "−");
}

/** The name of a class: a digit, or what a table calls it. */
export function className(gallery: Pick<Gallery, "classNames"> | undefined, c: number): string {
  return gallery?.classNames?.[c] ?? `${c}`;
}

/** A prediction with its confidence: 7, 98.2 %. */
export function predictionText({ predicted, confidence }: Prediction, gallery?: Gallery): string {
  return `${className(gallery, predicted)}, ${percent(confidence)}`;
}

/** Which class has the highest score, from the least ε to the greatest: "1 up to 0.1, then 7". */
export function topClasses(
  { epsilons, scores }: Pick<Curves, "epsilons" | "scores">,
  gallery?: Gallery,
): string {
  const parts: string[] = [];
  let leader = best(scores, 0);
  for (let i = 1; i < epsilons.length; i++) {
    const next = best(scores, i);
    if (next !== leader) parts.push(`${className(gallery, leader)} up to ${decimal(epsilons[i - 1])}`);
    leader = next;
  }
  return [...parts, className(gallery, leader)].join(", then ");
}

/** The class whose score at place `i` is highest. */
export function best(scores: readonly ArrayLike<number>[], i: number): number {
  return scores.reduce((leader, score, c) => score[i] > scores[leader][i] ? c : leader, 0);
}

/** What an attack did to a model: it cannot have fooled one that was wrong before. */
export function outcomeText(
  { clean, attacked }: Pick<Predictions, "clean" | "attacked">,
  label: number,
): "fooled" | "not fooled" | "wrong without the attack" {
  if (clean.predicted !== label) return "wrong without the attack";
  return attacked.predicted !== label ? "fooled" : "not fooled";
}

/** The finding above the pictures: which ε is enough, and for what. */
export function finding(
  { epsilon, wrongBefore, label, predicted }: Smallest,
  { max, target, gallery }: { max: number; target?: string; gallery?: Pick<Gallery, "classNames"> },
): string {
  if (wrongBefore) return "The model is wrong here without any attack.";
  if (predicted === label) return `The model reads ${target} here without any attack.`;
  const aim = target === undefined ? "" : ` to make the model read ${target}`;
  if (epsilon === undefined) return `No ε up to ${decimal(max)} is enough for this attack${aim}.`;
  const size = `ε = ${decimal(epsilon)} is enough`;
  if (target !== undefined || predicted === undefined) return `${size}${aim}.`;
  return `${size}: the model reads ${className(gallery, predicted)} instead of ${className(gallery, label)}.`;
}

/** What many steps need beside what the chosen attack needs, which alone bounds nothing. */
export function strongestText(
  many: Smallest,
  chosen: Smallest,
  { max, attack, gallery }: { max: number; attack: string; gallery?: Pick<Gallery, "classNames"> },
): string {
  const steps = "Forty steps of projected gradient descent (PGD)";
  if (many.epsilon === undefined) {
    return `${steps} find nothing up to ${decimal(max)}${
      chosen.epsilon === undefined ? " either" : ""
    }. That is no proof: other attacks might.`;
  }
  const found = `${steps} need only ε = ${decimal(many.epsilon)}${
    many.predicted === undefined ? "" : ` and reach ${className(gallery, many.predicted)}`
  }`;
  const beside = chosen.epsilon === undefined
    ? `, where ${attack} finds nothing`
    : chosen.epsilon > many.epsilon
    ? `, where ${attack} needs ${decimal(chosen.epsilon)}`
    : "";
  return `${
    beside ? found : found.replace("need only", "need")
  }${beside}. One attack alone, and FGSM above all, is no bound on robustness.`;
}

/** A proven radius, rounded down so that what it says stays proven; undefined if that leaves nothing. */
export function provenText(radius: number, norm: unknown = "Linf"): string | undefined {
  if (radius < 0.001) return undefined;
  const shown = decimal(Math.floor(1000 * radius) / 1000);
  const what = norm === "L2" ? "the length of the change (L2)" : "the sum of all changes (L1)";
  return norm === "Linf"
    ? `Proven: as long as no input changes by ${shown} or more, no attack whatever fools it.`
    : `Proven: as long as ${what} is below ${shown}, no attack whatever fools it.`;
}

/** Random signs of the same size beside the attack, in one sentence. */
export function noiseText({ clean, attacked, noisy }: Predictions, label: number, gallery?: Gallery): string {
  if (noisy.predicted === clean.predicted) {
    return outcomeText({ clean, attacked }, label) === "fooled"
      ? `As large a step in random directions changes nothing: still ${
        predictionText(noisy, gallery)
      }. The direction matters, not the size.`
      : `As large a step in random directions changes nothing either: still ${
        predictionText(noisy, gallery)
      }.`;
  }
  return `At this size random signs alone change the prediction too: ${predictionText(noisy, gallery)}.`;
}

/** The confidences before and after, in one sentence. */
export function confidenceText(predictions: Predictions, label: number): string {
  const { clean, attacked } = predictions;
  // independent probabilities may all be low; those of a softmax add up to 1
  const sum = attacked.probabilities.reduce((sum, p) => sum + p, 0);
  const low = sum < 0.9 && attacked.probabilities.every((p) => p < 0.5);
  const none = low ? " All its probabilities are low, which says “none of these”." : "";
  if (outcomeText(predictions, label) !== "fooled") {
    const change = attacked.confidence - clean.confidence;
    if (clean.predicted !== attacked.predicted && attacked.predicted === label) {
      return `The prediction was wrong, and the attack makes it right.${none}`;
    }
    if (clean.predicted !== attacked.predicted) {
      return `The prediction changes from one wrong class to another.${none}`;
    }
    return `The prediction stays; its confidence ${
      Math.abs(change) < 0.0005
        ? "hardly changes"
        : `${change < 0 ? "falls" : "rises"} to ${percent(attacked.confidence)}`
    }.${none}`;
  }
  const more = attacked.confidence >= clean.confidence;
  return `The wrong class gets ${percent(attacked.confidence)}, ${more ? "no less" : "less"} than the ${
    percent(clean.confidence)
  } that the right one had.${none}`;
}

/** What the curves show. */
export function curvesText(curves: Curves, gallery?: Gallery): string {
  const { epsilons, scores, label, linear } = curves;
  const middle = (epsilons.length - 1) / 2;
  const shape = linear
    ? "The scores are exactly straight lines, because the model is linear."
    : nonlinearity(curves) < 0.15
    ? "The scores are nearly straight lines: such models are fooled because they are too linear, not because they are too wild."
    : "These scores bend.";
  if (best(scores, middle) !== label) {
    return `${shape} The label ${className(gallery, label)} is not ahead at ε = 0.`;
  }
  let [first, last] = [middle, middle];
  while (first > 0 && best(scores, first - 1) === label) first--;
  while (last < epsilons.length - 1 && best(scores, last + 1) === label) last++;
  const ends = first === 0 && last === epsilons.length - 1
    ? "everywhere here"
    : first === 0
    ? `up to ε ≈ ${decimal(epsilons[last])}`
    : last === epsilons.length - 1
    ? `from ε ≈ ${decimal(epsilons[first])} on`
    : `from ε ≈ ${decimal(epsilons[first])} to ${decimal(epsilons[last])} only`;
  return `${shape} The label ${className(gallery, label)} is ahead ${ends}.`;
}

/** How far the label's score and the highest one are from their chords, relative to how far they go: 0 for lines. */
export function nonlinearity({ scores, label }: Pick<Curves, "scores" | "label">): number {
  const shown = [label, best(scores, scores[0].length - 1)];
  return Math.max(...shown.map((c) => {
    const score = scores[c];
    const last = score.length - 1;
    let off = 0, [min, max] = [Infinity, -Infinity];
    score.forEach((value, i) => {
      const chord = score[0] + (score[last] - score[0]) * i / last;
      off = Math.max(off, Math.abs(value - chord));
      [min, max] = [Math.min(min, value), Math.max(max, value)];
    });
    return max > min ? off / (max - min) : 0;
  }));
}

/** What the table of transfer shows. */
export function transferText(
  { attacked, clean, names, epsilon }: Transfer,
  title: (name: string) => string,
): string {
  if (names.length < 2) return "";
  let found: { from: number; to: number; gain: number } | undefined;
  for (const [from, errors] of attacked.entries()) {
    for (const [to, error] of errors.entries()) {
      const gain = error - clean[to];
      if (from !== to && gain > (found?.gain ?? 0)) found = { from, to, gain };
    }
  }
  if (!found) return `At ε = ${decimal(epsilon)} no attack on one model raises the error of another.`;
  const { from, to } = found;
  return `Made for ${title(names[from])}, the attack raises the error of ${title(names[to])} from ${
    percent(clean[to])
  } to ${percent(attacked[from][to])}, without having looked at it.`;
}

/** What an attack added, in words. */
export function directionText({ direction, scale }: AttackResult): string {
  const count = (sign: number) => direction.reduce((n, value) => n + Number(Math.sign(value) === sign), 0);
  return `What is added, ${decimal(scale)} at most: ${count(1)} inputs up, ${count(-1)} down, ${
    count(0)
  } left alone`;
}

/** What to look for in the first layer's weights, by the trainings that are shown. */
export function filtersText(adversarial: readonly boolean[]): string {
  const shown = "What the first layer looks for: ink where it wants ink.";
  if (adversarial.length > 1) {
    return `${shown} In the paper adversarial training makes them more localised (figure 3).`;
  }
  return adversarial[0]
    ? `${shown} Trained adversarially; the paper finds such weights more localised (figure 3).`
    : `${shown} Trained without attacks; the paper finds adversarially trained ones more localised (figure 3).`;
}
