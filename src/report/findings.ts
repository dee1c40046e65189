/** What a run showed, in sentences that its own figures choose. @module */

import type { Measurements } from "../paper/experiment.ts";
import { COMPARISONS } from "./comparisons.ts";
import type { ReportedClaim } from "./report.ts";

/** The sentences about an experiment: comparisons of what was measured, then what became of the paper's figures. */
export function findings(
  id: string,
  { measurements, claims }: { measurements: Measurements; claims: readonly ReportedClaim[] },
): string[] {
  const sentences = (COMPARISONS[id] ?? []).flatMap(({ subject, a, than, b, unit = "%", unreached }) => {
    const [first, second] = [measurements[a], measurements[b]];
    if (typeof first !== "number" || typeof second !== "number") return [];
    if (first === unreached || second === unreached) return [];
    return [`${subject} ${shown(first, unit)}, ${relation(first, second)} ${than} ${shown(second, unit)}.`];
  });
  const figures = claims.filter((claim) => claim.id.startsWith(`${id}.`) && claim.kind === "published");
  const judged = figures.filter(({ verdict }) => verdict !== "not run");
  if (judged.length === 0) return sentences;
  const within = judged.filter(({ verdict }) => verdict === "within tolerance").length;
  const single = judged.filter(({ verdict, float32 }) =>
    (float32?.verdict ?? verdict) === "within tolerance"
  );
  const both = judged.some(({ float32 }) => float32)
    ? ` by the exact gradient, ${single.length} by float32`
    : "";
  return [
    ...sentences,
    `Of the paper's figures here: ${within} of ${judged.length} within tolerance${both}.`,
  ];
}

/** How `a` stands to `b`, as it reads once both are rounded. */
function relation(a: number, b: number): string {
  const [x, y] = [rounded(a), rounded(b)];
  return x < y ? "less than" : x > y ? "more than" : "as much as";
}

function shown(value: number, unit: "%" | ""): string {
  return `${rounded(value)}${unit && ` ${unit}`}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** What a reader of figures under the fast gradient sign method must know. */
export const NO_BOUND =
  "The paper attacks by single steps, and its figures are compared with such. FGSM alone is no bound on robustness: attacks of " +
  "many steps fool networks that were trained against single ones on many more images.";

/** What the paper says, in five sentences. */
export const IN_SHORT: readonly string[] = [
  "Models that are linear in high dimensions can be misled by changes too small to see, because many small changes of pixels add up in every weighted sum.",
  "One step along the sign of the loss's gradient, the fast gradient sign method, is enough: with ε = .25 a softmax regression on MNIST errs on 99.9 % of the images, a maxout network on 89.4 %.",
  "Training on such steps lowers the maxout network's error under attack to 17.9 %, and its clean error from 0.94 to 0.84 %; training on noise of the same size does neither.",
  "Adversarial examples carry over from model to model and from image to image, because the direction matters and not the point; an RBF network can be misled as well, but is not sure of its mistakes.",
  "Neither ensembles nor generative training protect, and linear models take Gaussian noise for digits with confidence.",
];
