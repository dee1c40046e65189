/** A run's numbers as data. @module */

import { InputError } from "../errors.ts";
import type { Budget } from "../paper/budgets.ts";
import { type Claim, inFloat32, type Judged, type Judgement, ruleOf } from "../paper/claim.ts";
import { claims as all } from "../paper/claims/mod.ts";
import { experiments, type RunResult } from "../paper/mod.ts";
import { judgeAll, type Measured } from "../paper/summary.ts";
import type { Epoch } from "../models/history.ts";

/** Everything that a run has to say, ready for JSON. */
export interface Report {
  /** What makes this file. */
  readonly format: "gibbon-report-3";
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
  /** Said of a report whose measurements were judged anew by later rules. */
  readonly rejudged?: string;
  readonly claims: readonly ReportedClaim[];
  /** What is to be drawn of the run of the first seed, by experiment; empty for one without. */
  readonly figures: RunResult["figures"];
  /** Every measurement by experiment and name, in the unit of its claim, in percent where it has none. */
  readonly measurements: Readonly<Record<string, Measured>>;
  /** What was measured, by experiment: by which code, and on which networks. */
  readonly measured: Readonly<Record<string, Origin>>;
  /** How each model was trained. */
  readonly models: readonly ReportedModel[];
}

/** By which code an experiment was run, and on what. */
export interface Origin {
  readonly commit?: string;
  readonly seeds: readonly number[];
  /** Epochs of each of its models, of that of the first seed. */
  readonly epochs: Readonly<Record<string, number>>;
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
export interface ReportedClaim
  extends Omit<Judged, "ordering" | "provided" | "gradient" | "float32">, Spread {
  /** The gradient of the attack behind it, in the main figure exact; null where it depends on no gradient. */
  readonly gradient: "exact" | null;
  /** The same by the gradient of plain float32 arithmetic, where that was measured. */
  readonly float32?: Judgement & Spread;
  /** Seeds that it is the mean of. */
  readonly seeds: readonly number[];
  /** The whole rule by which it was judged, in words. */
  readonly rule: string;
}

/** How a figure varies between seeds. */
export type Spread = Pick<Measured, "sd" | "values">;

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
  { claims, measurements, behind, figures, models, examples, seeds }: RunResult,
  { data, images = true, took, ...run }:
    & { data: string; images?: boolean; took?: (name: string, seed: number) => number | undefined }
    & Pick<Report, "budget" | "kernels" | "seconds" | "made">,
): Report {
  const measured = Object.fromEntries(
    Object.entries(behind).map((
      [id, names],
    ) => [id, originOf(names, { models, seeds, commit: run.made.commit })]),
  );
  return {
    format: "gibbon-report-3",
    paper: "Goodfellow, Shlens and Szegedy, Explaining and Harnessing Adversarial Examples, ICLR 2015",
    data: { name: data, ...examples },
    seeds,
    ...run,
    claims: reported(claims, measurements, measured),
    figures: images ? figures : withoutImages(figures),
    measurements,
    measured,
    models: models.map((model) => {
      const seconds = took?.(model.name, model.seed);
      return { ...model, ...(seconds !== undefined && { seconds }) };
    }),
  };
}

/** An experiment on the models of these names. */
export function originOf(
  names: readonly string[],
  { models, seeds, commit }: Pick<RunResult, "models" | "seeds"> & { commit?: string },
): Origin {
  const epochs = names.flatMap((name) => {
    const model = models.find((each) => each.name === name);
    return model ? [[name, Number(model.record.epochs)]] : [];
  });
  return { ...(commit !== undefined && { commit }), seeds, epochs: Object.fromEntries(epochs) };
}

/** `report` with its measurements judged by the rules of today; `why` says so in it. */
export function rejudge(report: Report, why: string): Report {
  const { measurements, budget, measured, data: { test: images } } = report;
  const asked = experiments.filter(({ id }) => report.claims.some((claim) => claim.id.startsWith(`${id}.`)));
  const judged = judgeAll(all, measurements, { experiments: asked, budget, images });
  return { ...report, rejudged: why, claims: reported(judged, measurements, measured) };
}

/**
 * `whole` with the experiments of `part` in the place of its own, and of those that it has not: each keeps the commit that
 * measured it, and says on networks of how many epochs. How a model was trained is told of the one in `part`, unless
 * experiments that stay were run on that of `whole`. The claims are judged anew, by today's rules; `why` says so.
 *
 * @throws {InputError} if the two are of other data or another budget
 */
export function merge(whole: Report, part: Report, why: string): Report {
  for (const [name, of] of Object.entries(SAME)) {
    if (of(whole) !== of(part)) {
      throw new InputError("value", "merge reports", `they differ in ${name}: ${of(whole)}, ${of(part)}`);
    }
  }
  const ids = Object.keys(part.measured);
  const others = <T>(all: Readonly<Record<string, T>>) =>
    Object.entries(all).filter(([name]) => !ids.some((id) => name.startsWith(`${id}.`)));
  const stays = new Set(
    Object.entries(whole.measured).filter(([id]) => !ids.includes(id)).flatMap(([, { epochs }]) =>
      Object.keys(epochs)
    ),
  );
  const among = (models: Report["models"]) => ({ name, seed }: Report["models"][number]) =>
    models.some((each) => each.name === name && each.seed === seed);
  const kept = whole.models.filter((each) => stays.has(each.name) || !among(part.models)(each));
  const claimed = new Set(whole.claims.map(({ id }) => id));
  return rejudge({
    ...whole,
    claims: [...whole.claims, ...part.claims.filter(({ id }) => !claimed.has(id))],
    measurements: Object.fromEntries([...others(whole.measurements), ...Object.entries(part.measurements)]),
    measured: { ...whole.measured, ...part.measured },
    figures: { ...whole.figures, ...part.figures },
    models: [...kept, ...part.models.filter((each) => !among(kept)(each))],
  }, why);
}

/** What two reports must have in common. */
const SAME: Readonly<Record<string, (report: Report) => string | number>> = {
  "their data": ({ data }) => `${data.name} of ${data.train} and ${data.test}`,
  "their budget": ({ budget }) => budget.name,
  "their kernels": ({ kernels }) => kernels,
};

function reported(
  claims: readonly Judged[],
  measurements: Readonly<Record<string, Measured>>,
  measured: Report["measured"],
): ReportedClaim[] {
  const spread = (id: string): Spread => {
    const { sd = null, values = [] } = measurements[id] ?? {};
    return { sd, values };
  };
  return claims.map(({ ordering, provided, gradient = null, float32, ...claim }) => ({
    ...claim,
    gradient,
    seeds: claim.verdict === "not run" && claim.mean === null
      ? []
      : measured[claim.id.slice(0, claim.id.indexOf("."))]?.seeds ?? [],
    ...spread(claim.id),
    ...(float32 && { float32: { ...float32, ...spread(inFloat32(claim.id)) } }),
    rule: ruleOf({ ...claim, ordering, provided } as Claim),
  }));
}

function withoutImages(figures: RunResult["figures"]): RunResult["figures"] {
  const rest = Object.entries(figures).map((
    [id, each],
  ) => [id, each.filter(({ kind }) => kind !== "images")]);
  return Object.fromEntries(rest);
}
