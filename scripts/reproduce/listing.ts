/** What a run would do, as text and data. @module */

import { claims } from "../../src/paper/claims/mod.ts";
import type { Prepared } from "../../src/paper/mod.ts";
import { inOrder } from "../../src/paper/schedule.ts";
import { inset, wrapped } from "../cli/help.ts";
import { table } from "../cli/outputs.ts";
import { duration } from "../cli/progress.ts";
import { lengthOf, usualDuration } from "./pace.ts";

/** What a run would do. */
export interface Listing {
  readonly budget: string;
  readonly seeds: readonly number[];
  readonly experiments: readonly {
    readonly id: string;
    readonly title: string;
    /** Names of the models it needs; none if the budget does without it. */
    readonly models: readonly string[];
    readonly claims: readonly { readonly id: string; readonly what: string; readonly paper: number | null }[];
  }[];
  readonly models: readonly {
    readonly name: string;
    readonly family: string;
    readonly examples: number;
    /** At most. */
    readonly epochs: number;
    /** Model that settles the rest of its options. */
    readonly after?: string;
    /** On one core, for one seed, by a rough estimate. */
    readonly seconds: number;
  }[];
  /** At so many tasks a time. */
  readonly jobs: number;
  readonly seconds: number;
}

/** What a run that is prepared would do. */
export function listingOf(
  { tasks, asked, trainings, seeds }: Prepared,
  { budget, jobs }: { budget: string; jobs: number },
): Listing {
  const [seed] = seeds;
  const own = tasks.filter((task) => task.seed === seed);
  const nameOf = (id: string) => own.find((task) => task.id === id)!.name;
  const lengths = new Map(tasks.map(({ id, cost }) => [id, usualDuration(cost)]));
  return {
    budget,
    seeds,
    experiments: asked.map(({ id, title }) => ({
      id,
      title,
      models: own.find(({ kind, name }) => kind === "run" && name === id)?.needs.map(nameOf) ?? [],
      claims: claims.filter((claim) => claim.id.startsWith(`${id}.`))
        .map(({ id, what, paper }) => ({ id, what, paper })),
    })),
    models: own.filter(({ kind }) => kind === "train").map(({ name, cost }) => {
      const { family, data, options, after } = trainings[name];
      return {
        name,
        family: family.name,
        examples: data.labels.length,
        epochs: options.epochs ?? 10,
        after: after?.model,
        seconds: usualDuration(cost) / 1000,
      };
    }),
    jobs,
    seconds: lengthOf(inOrder(tasks), lengths, { width: jobs }) / 1000,
  };
}

/** The listing as text, in lines of `width`. */
export function listingText(
  { budget, seeds, experiments, models, jobs, seconds }: Listing,
  width: number,
): string {
  const about = (seconds: number) => duration(1000 * seconds);
  return [
    ...experiments.flatMap(({ id, title, models, claims }) => [
      ...wrapped(`${id}: ${title}`, width),
      ...inset("  ", `on ${models.join(", ") || "no model"}`, width),
      ...claims.flatMap(({ what, paper }) =>
        inset("  · ", `${what}${paper === null ? "" : ` (the paper: ${paper})`}`, width)
      ),
      "",
    ]),
    table([
      ["model", "family", "examples", "epochs", "one core"],
      ...models.map(({ name, family, examples, epochs, after, seconds }) => [
        name,
        family,
        `${examples}`,
        after ? "as found" : `${epochs}`,
        about(seconds),
      ]),
    ]),
    ...models.flatMap(({ name, after }) => after ? inset("as found: ", `${name} by ${after}`, width) : []),
    "",
    ...wrapped(
      `Budget ${budget}, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}: some ${about(seconds)}, ` +
        `${jobs} at a time, where nothing is kept from earlier runs.`,
      width,
    ),
  ].join("\n");
}
