/** What of the requirements of others a check bears on. @module */

import { anyAttacks } from "../../../src/attacks/mod.ts";
import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import { stagesOf } from "../../../src/evaluate/efforts.ts";

/** A requirement, and what a check says of it. */
export interface Requirement {
  /** Its identifier in its standard. */
  readonly identifier: string;
  /** What it is about, in a few words of ours. */
  readonly title: string;
  /** What this check shows of it; nothing where it shows nothing. */
  shows(report: CheckReport): string | undefined;
  /** Why it may show nothing. */
  readonly otherwise: string;
}

/** A document with requirements. */
export interface Standard {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly url: string;
  readonly requirements: readonly Requirement[];
}

const certified = ({ outcomes }: CheckReport) => outcomes.filter(({ on }) => on === "certified");

const attacked = ({ outcomes }: CheckReport) =>
  outcomes.filter(({ on, epsilon }) => epsilon !== null && on !== "certified");

/** Attacks that were tried, by what they ask of the model. */
function triedBy(report: CheckReport): Record<string, string[]> {
  const { robustness, conditions } = report;
  const stages = robustness
    ? stagesOf(robustness.effort, { norm: robustness.norm, gradients: true })
      .filter(({ name }) =>
        robustness.at.some(({ attacked }) => attacked.byAttack.some((each) => each.attack === name))
      )
    : [];
  const tried: Record<string, string[]> = {};
  for (const { name, attack } of [...stages, ...conditions.attacks]) {
    (tried[anyAttacks[attack].needs] ??= []).push(name);
  }
  return tried;
}

/** The requirements of OWASP AISVS, chapter 11.2, and of the EU AI Act that a check can bear on. */
export const STANDARDS: readonly Standard[] = [
  {
    name: "OWASP AISVS",
    version: "1.0",
    owner: "OWASP Foundation",
    url: "https://github.com/OWASP/AISVS",
    requirements: [
      {
        identifier: "11.2.1",
        title: "Evaluation against known adversarial attacks",
        otherwise: "nothing was attacked",
        shows: (report) =>
          attacked(report).length > 0
            ? `attacked by ${
              Object.values(triedBy(report)).flat().join(", ")
            }; the errors are those of the metrics`
            : undefined,
      },
      {
        identifier: "11.2.4",
        title: "Certified robustness recorded for each version, with thresholds",
        otherwise: "no certificate was asked for, or the model has no form that can be certified",
        shows: (report) => {
          if (certified(report).length === 0) return undefined;
          const judged = report.verdicts.some(({ on }) => on === "certified");
          return `verified error recorded for the model of this hash${
            judged ? ", and judged by a threshold" : ""
          }`;
        },
      },
      {
        identifier: "11.2.5",
        title: "Adaptive attacks, and no robustness lost across releases",
        otherwise: "no report of an earlier release was given for comparison",
        shows: ({ comparison }) =>
          comparison && comparison.at.some(({ epsilon }) => epsilon !== null)
            ? `compared with the model ${comparison.baseline.sha256.model} on the same examples under the same attacks; the ` +
              "attacks use the model's own gradients, and know no defense outside it"
            : undefined,
      },
      {
        identifier: "11.2.6",
        title: "Formal verification where the architecture supports it",
        otherwise: "no certificate was asked for, or the model has no form that can be certified",
        shows: (report) =>
          certified(report).length > 0
            ? `bounds by ${
              [...new Set(report.robustness!.at.map(({ certified }) => certified?.method))].join(", ")
            }, proven for each example within each size`
            : undefined,
      },
      {
        identifier: "11.2.7",
        title: "Repeated after each transformation of the model",
        otherwise: "nothing was attacked",
        shows: (report) =>
          attacked(report).length > 0
            ? "made on the file of this hash alone: a quantized, pruned or tuned version is another file, and needs its own"
            : undefined,
      },
    ],
  },
  {
    name: "EU AI Act (Regulation (EU) 2024/1689)",
    version: "2024",
    owner: "European Union",
    url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    requirements: [{
      identifier: "Art. 15(5)",
      title: "Resilience against adversarial examples and model evasion",
      otherwise: "nothing was attacked",
      shows: (report) =>
        attacked(report).length > 0
          ? "measures how far inputs made to mislead the model do so; whether that is appropriate is for the provider to judge"
          : undefined,
    }],
  },
];

/** A technique of MITRE ATLAS, and why it is named. */
export interface Technique {
  readonly id: string;
  readonly name: string;
  readonly why: string;
}

/** The techniques of MITRE ATLAS that the attacks of `report` stand for. */
export function techniquesOf(report: CheckReport): Technique[] {
  if (attacked(report).length === 0) return [];
  const { gradients = [], ...rest } = triedBy(report);
  const black = Object.values(rest).flat();
  return [
    { id: "AML.T0015", name: "Evade AI Model", why: "what the error under attack measures" },
    { id: "AML.T0043", name: "Craft Adversarial Data", why: "what the attacks do" },
    ...(gradients.length > 0
      ? [{ id: "AML.T0043.000", name: "White-Box Optimization", why: gradients.join(", ") }]
      : []),
    ...(black.length > 0
      ? [{ id: "AML.T0043.001", name: "Black-Box Optimization", why: black.join(", ") }]
      : []),
  ];
}
