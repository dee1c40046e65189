/** A run's numbers as data. @module */

import type { Budget } from "../paper/budgets.ts";
import { type Judged, ruleOf } from "../paper/claim.ts";
import type { RunResult } from "../paper/mod.ts";
import type { Measured } from "../paper/summary.ts";
import type { Epoch } from "../train/mod.ts";

/** Everything that a run has to say, ready for JSON. */
export interface Report {
  /** What makes this file. */
  readonly format: "gibbon-report-2";
  /** Where the figures called the paper's are from. */
  readonly paper: string;
  readonly data: { readonly name: string; readonly train: number; readonly test: number };
  /** How much work it was. */
  readonly budget: Budget;
  /** One run for each. */
  readonly seeds: readonly number[];
  /** Build of the kernels, and threads if several. */
  readonly kernels: string;
  readonly seconds: number;
  readonly made: Provenance;
  readonly claims: readonly ReportedClaim[];
  /** What is to be drawn of the run of the first seed, by experiment; empty for one without. */
  readonly figures: RunResult["figures"];
  /** Every measurement by experiment and name, in the unit of its claim, in percent where it has none. */
  readonly measurements: Readonly<Record<string, Measured>>;
  /** How each model was trained. */
  readonly models: readonly ReportedModel[];
}

/** Where, and by which code, a report was made. */
export interface Provenance {
  /** Of this project. */
  readonly version: string;
  /** The commit, if known. */
  readonly commit?: string;
  /** Version, by family, of the bytes that training gives. */
  readonly training: Readonly<Record<string, number>>;
  readonly machine: {
    readonly cpu?: string;
    readonly cores: number;
    /** Tasks at a time. */
    readonly jobs: number;
    readonly system: string;
    readonly engine: string;
  };
}

/** A judged claim. */
export interface ReportedClaim extends Omit<Judged, "ordering" | "ours">, Omit<Measured, "mean"> {
  /** Our figure, the mean over the seeds; null if it was not run or is undefined. */
  readonly ours: number | null;
  /** What must hold at least, in words. */
  readonly ordering: string;
  /** The whole rule by which it was judged, in words. */
  readonly rule: string;
}

/** A trained model, without its parameters. */
export interface ReportedModel {
  readonly name: string;
  /** Of the run. */
  readonly seed: number;
  /** Recipe, seed, epochs, kernels and perturbation, as its file has them. */
  readonly record: Readonly<Record<string, string>>;
  /** Epoch by epoch. */
  readonly history: readonly Epoch[];
  /** What training took, if the whole of it was in this run. */
  readonly seconds?: number;
}

/** The report of a run; `took` says how many seconds a training took. Without `images`, none of the data is in it. */
export function report(
  { claims, measurements, figures, models, examples, seeds }: RunResult,
  { data, images = true, took, ...run }:
    & { data: string; images?: boolean; took?: (name: string, seed: number) => number | undefined }
    & Pick<Report, "budget" | "kernels" | "seconds" | "made">,
): Report {
  return {
    format: "gibbon-report-2",
    paper: "Goodfellow, Shlens and Szegedy, Explaining and Harnessing Adversarial Examples, ICLR 2015",
    data: { name: data, ...examples },
    seeds,
    ...run,
    claims: claims.map(({ ordering, ...claim }) => {
      const { min = null, max = null, values = [] } = measurements[claim.id] ?? {};
      return { ...claim, min, max, values, ordering: ordering.says, rule: ruleOf({ ...claim, ordering }) };
    }),
    figures: images ? figures : withoutImages(figures),
    measurements,
    models: models.map(({ record: { history, ...record }, ...model }) => {
      const seconds = took?.(model.name, model.seed);
      return { ...model, record, history: JSON.parse(history), ...(seconds !== undefined && { seconds }) };
    }),
  };
}

function withoutImages(figures: RunResult["figures"]): RunResult["figures"] {
  const rest = Object.entries(figures).map((
    [id, each],
  ) => [id, each.filter(({ kind }) => kind !== "images")]);
  return Object.fromEntries(rest);
}
