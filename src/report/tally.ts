/** Claims counted, by kind and verdict. @module */

import { type Kind, KINDS, type Verdict } from "../paper/claim.ts";
import type { ReportedClaim } from "./report.ts";

/** What a claim of each kind may come to. */
export const VERDICTS: Readonly<Record<Kind, readonly Verdict[]>> = {
  published: ["within tolerance", "ordering holds", "missed", "not run"],
  derived: ["within tolerance", "ordering holds", "missed", "not run"],
  own: ["holds", "does not hold", "not run"],
};

/** Kinds in words, for so many. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  published: "published figures",
  derived: "derived figures",
  own: "questions of our own",
};

/** How many claims of one kind came to each verdict. */
export interface Tally {
  readonly kind: Kind;
  readonly total: number;
  /** By the exact gradient. */
  readonly counts: Readonly<Partial<Record<Verdict, number>>>;
  /** By the float32 gradient where one was measured, else as above. */
  readonly float32: Readonly<Partial<Record<Verdict, number>>>;
}

/** The counts of each kind that is among `claims`, published first. Kinds are never summed. */
export function tallies(claims: readonly ReportedClaim[]): Tally[] {
  return KINDS.map((kind) => {
    const ofKind = claims.filter((claim) => claim.kind === kind);
    const count = (of: (claim: ReportedClaim) => Verdict) =>
      Object.fromEntries(
        VERDICTS[kind].map((verdict) => [verdict, ofKind.filter((claim) => of(claim) === verdict).length]),
      );
    return {
      kind,
      total: ofKind.length,
      counts: count(({ verdict }) => verdict),
      float32: count(({ verdict, float32 }) => float32?.verdict ?? verdict),
    };
  }).filter(({ total }) => total > 0);
}

/** The result in a few sentences, by both gradients; nothing where no figure of the paper's was asked for. */
export function headline(claims: readonly ReportedClaim[]): string {
  const published = tallies(claims).find(({ kind }) => kind === "published");
  if (!published) return "";
  const { total, counts, float32 } = published;
  const recipes = new Set(
    claims.flatMap(({ kind, fitted }) => kind === "published" && fitted ? [fitted] : []),
  );
  const figures = claims.filter(({ kind, fitted }) => kind === "published" && fitted).length;
  return `Of the paper's ${total} MNIST figures${total < PUBLISHED_FIGURES ? " asked for" : ""}, ` +
    `${counts["within tolerance"]} within tolerance by the exact gradient, ${
      float32["within tolerance"]
    } by float32; ` +
    `by the exact gradient the ordering alone holds for ${
      counts["ordering holds"]
    }, ${counts.missed} missed, ` +
    `${
      counts["not run"]
    } not run. Recipes fitted to the figures: ${recipes.size}, behind ${figures} of them.`;
}

/** How many figures on MNIST the paper prints that this project measures. */
export const PUBLISHED_FIGURES = 41;
