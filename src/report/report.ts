/** A run's numbers as data and as text. @module */

import type { Budget } from "../paper/budgets.ts";
import type { Judged } from "../paper/claim.ts";
import type { RunResult } from "../paper/mod.ts";

/** Everything that a run has to say, ready for JSON. */
export interface Report {
  /** What makes this file. */
  readonly format: "gibbon-report-1";
  /** Where the figures called the paper's are from. */
  readonly paper: string;
  readonly data: { readonly name: string; readonly learn: number; readonly test: number };
  /** How much work it was. */
  readonly budget: Budget;
  readonly seed: number;
  /** Build of the kernels. */
  readonly kernels: string;
  readonly seconds: number;
  readonly claims: readonly ReportedClaim[];
  /** Every measurement by name, in percent unless its claim says otherwise. */
  readonly measurements: RunResult["measurements"];
  /** What is to be drawn, by experiment. */
  readonly figures: RunResult["figures"];
  /** How each model was trained. */
  readonly models: RunResult["models"];
}

/** A judged claim, its rule in words. */
export type ReportedClaim = Omit<Judged, "ordering"> & { readonly ordering: string };

/** The report of a run. */
export function report(
  { claims, measurements, figures, models, examples }: RunResult,
  { data, ...run }: { data: string } & Pick<Report, "budget" | "seed" | "kernels" | "seconds">,
): Report {
  return {
    format: "gibbon-report-1",
    paper: "Goodfellow, Shlens and Szegedy, Explaining and Harnessing Adversarial Examples, ICLR 2015",
    data: { name: data, ...examples },
    ...run,
    claims: claims.map(({ ordering, ...claim }) => ({ ...claim, ordering: ordering.says })),
    measurements,
    figures,
    models,
  };
}
