/** A check as evidence: a CycloneDX 1.6 document with the model's card, what it rests on, and what it bears on. @module */

import project from "../../../deno.json" with { type: "json" };
import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import type { Gate } from "../../../src/evaluate/gate.ts";
import { type Batch, matrix, measureRubbish, rubbish, type RubbishMeasures } from "../../../src/mod.ts";
import { fitScaling } from "../../../src/data/scaling.ts";
import { wilsonInterval } from "../../../src/evaluate/significance.ts";
import type { Asked } from "../model_file.ts";
import { percent } from "../outputs.ts";
import type { Provenance } from "./provenance.ts";
import { STANDARDS, techniquesOf } from "./requirements.ts";
import { nameOf, notesOf, placeOf, summaryOf } from "./words.ts";

/** What is written beside a report. */
interface Beside {
  readonly model: Asked;
  readonly gate: Gate;
  readonly examples: Batch;
  readonly sha256: Provenance;
}

/** The document, as text; the same for the same check. */
export function evidence(report: CheckReport, beside: Beside): string {
  const { gate, examples, sha256 } = beside;
  const noise = noiseOf(beside.model, examples, gate);
  const { model, data, kernels, verdicts } = report;
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      tools: { components: [{ type: "application", name: project.name, version: project.version }] },
      component: {
        type: "machine-learning-model",
        "bom-ref": "model",
        name: model,
        version: sha256.model.slice(0, 12),
        hashes: [hash(sha256.model)],
        modelCard: cardOf(report, beside, noise),
      },
    },
    components: [
      {
        type: "data",
        "bom-ref": "data",
        name: data.name,
        description: `${data.examples} ${
          data.split ?? ""
        } examples as the model is given them: float32 inputs, int32 labels`,
        hashes: [hash(sha256.data)],
      },
      {
        type: "library",
        "bom-ref": "kernels",
        name: `kernels ${kernels}`,
        description: "WebAssembly that computes",
        hashes: [hash(sha256.kernels)],
      },
      ...(sha256.config === undefined
        ? []
        : [{ type: "file", "bom-ref": "gate", name: "gate", hashes: [hash(sha256.config)] }]),
    ],
    declarations: declarationsOf(report),
    definitions: {
      standards: STANDARDS.map(({ name, version, owner, url, requirements }) => ({
        "bom-ref": name,
        name,
        version,
        owner,
        requirements: requirements.map(({ identifier, title }) => ({
          "bom-ref": `${name} ${identifier}`,
          identifier,
          title,
        })),
        externalReferences: [{ type: "website", url }],
      })),
    },
    properties: [{ name: "gibbon:result", value: summaryOf(verdicts) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function hash(content: string) {
  return { alg: "SHA-256", content };
}

/** How a model takes noise, and how that was drawn. */
interface Noise extends RubbishMeasures {
  readonly how: string;
}

const SAMPLES = 1000;

/** Inputs of no class: noise with the mean and the standard deviation that each input has in the examples. */
function noiseOf(model: Asked, { x }: Batch, { seed = 0 }: Gate): Noise {
  const { offset, divisor } = fitScaling("standard", x);
  const asInputs = ({ rows, cols, data }: Batch["x"]) =>
    matrix(rows, cols, data.map((z, at) => offset![at % cols] + divisor![at % cols] * z));
  const { inputs, classes, head } = model;
  const drawn = rubbish({ inputs, classes, head, scores: (z) => model.scores(asInputs(z)) }, {
    samples: SAMPLES,
    seed,
  });
  return {
    ...measureRubbish(drawn),
    how:
      `normal noise with the mean and standard deviation of each input, taken for a class with p > 0.5, seed ${seed}`,
  };
}

function cardOf(report: CheckReport, { model, gate }: Beside, noise: Noise) {
  const { outcomes, data, conditions, robustness, verdicts } = report;
  const { attacks, ...rest } = conditions;
  const said = {
    ...rest,
    ...(robustness && { norm: robustness.norm, effort: robustness.effort }),
    epsilons: gate.epsilons,
    thresholds: gate.thresholds,
    noise: noise.how,
  };
  const claimed = Math.round(noise.errorRate * noise.samples);
  return {
    modelParameters: {
      task: "classification",
      architectureFamily: model.family.name,
      datasets: [{ ref: "data" }],
      inputs: [{ format: `float32 (${model.inputs})` }],
      outputs: [{ format: `${model.classes} classes` }],
    },
    quantitativeAnalysis: {
      performanceMetrics: [
        ...outcomes.map((each) => ({
          type: each.on === "certified" ? "error rate that no certificate excludes" : "error rate",
          value: `${each.errors / data.examples}`,
          slice: placeOf(each),
          confidenceInterval: intervalOf(each.interval),
        })),
        {
          type: "inputs of no class taken for one",
          value: `${noise.errorRate}`,
          slice: `${noise.samples} inputs of noise`,
          confidenceInterval: intervalOf(wilsonInterval(claimed, noise.samples)),
        },
      ],
    },
    considerations: {
      technicalLimitations: [
        ...(robustness?.at ?? []).map(({ epsilon, unresolved }) =>
          `within ${epsilon} nothing is known of ${unresolved} examples that no attack fooled and no certificate settled`
        ),
        ...(robustness?.warnings ?? []).map(({ text }) => text),
        ...notesOf(report),
      ],
    },
    properties: [
      ...Object.entries(said).map(([name, value]) => ({
        name: `gibbon:${name}`,
        value: typeof value === "string" ? value : JSON.stringify(value),
      })),
      ...attacks.map(({ name, attack, options }) => ({
        name: `gibbon:attack:${name}`,
        value: JSON.stringify({ attack, ...options }),
      })),
      ...verdicts.map((each) => ({
        name: `gibbon:verdict:${nameOf(each)}`,
        value: `${each.passed ? "passed" : "failed"}: ${percent(each.value)}, at most ${percent(each.max)}`,
      })),
    ],
  };
}

function intervalOf([lowerBound, upperBound]: readonly [number, number]) {
  return { lowerBound: `${lowerBound}`, upperBound: `${upperBound}` };
}

/** What is shown of which requirement. What is not shown is said, and no conformance is claimed. */
function declarationsOf(report: CheckReport) {
  const found = STANDARDS.flatMap(({ name, requirements }) =>
    requirements.map((each) => ({
      name: `${name} ${each.identifier}`,
      standard: name,
      shown: each.shows(report),
      otherwise: each.otherwise,
    }))
  );
  const techniques = techniquesOf(report).map(({ id, name, why }) => ({
    type: "adversary-model",
    url: `https://atlas.mitre.org/techniques/${id}`,
    comment: `MITRE ATLAS ${id} ${name}: ${why}`,
  }));
  return {
    claims: found.filter(({ shown }) => shown !== undefined).map(({ name, shown }) => ({
      "bom-ref": `claim: ${name}`,
      target: "model",
      predicate: shown,
      evidence: ["report"],
      ...(techniques.length > 0 && { externalReferences: techniques }),
    })),
    evidence: [{
      "bom-ref": "report",
      propertyName: "robustness check",
      description: "Report of the check: rates, which examples are wrong, verdicts",
      data: [{
        name: "report",
        contents: {
          attachment: {
            contentType: "application/json",
            content: JSON.stringify(report, (key, value) => key === "seconds" ? null : value),
          },
        },
      }],
    }],
    attestations: STANDARDS.map(({ name }) => ({
      summary: `What a check of robustness shows of ${name}; whether that is enough is for people to judge`,
      map: found.filter(({ standard }) => standard === name).map((each) => ({
        requirement: each.name,
        ...(each.shown === undefined
          ? { conformance: { rationale: `not shown: ${each.otherwise}` } }
          : { claims: [`claim: ${each.name}`] }),
      })),
    })),
  };
}
