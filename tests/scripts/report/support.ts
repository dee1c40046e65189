/** A report with a figure of every kind, and text that HTML would take for its own. */

import { budgets } from "../../../src/paper/budgets.ts";
import { claims } from "../../../src/paper/claims/mod.ts";
import { type Figure, pixels } from "../../../src/paper/figure.ts";
import { experiments } from "../../../src/paper/mod.ts";
import { judgeAll, measured } from "../../../src/paper/summary.ts";
import { type Report, report } from "../../../src/report/report.ts";

const ramp = Array.from({ length: 784 }, (_, i) => (i % 28) / 27);

/** One of each kind. */
export const FIGURES: readonly Figure[] = [
  {
    kind: "lines",
    id: "lines",
    title: "Scores <against> ε",
    caption: "Straight but for the kinks.",
    x: { label: "ε", domain: [-10, 10] },
    y: { label: "score" },
    series: Array.from({ length: 10 }, (_, c) => ({
      name: `class ${c}`,
      points: Array.from({ length: 41 }, (_, i) => [i / 2 - 10, (c - 4) * (i - 20) + 10 * c] as const),
      emphasis: c === 4,
    })),
    marks: [{ x: 0, label: "the image" }],
  },
  {
    kind: "bars",
    id: "bars",
    title: "Shares",
    caption: "Of all rubbish.",
    x: { label: "class" },
    y: { label: "share", unit: "%" },
    groups: [{ name: "maxout", values: [{ x: "5", value: 45, low: 40, high: 50 }, { x: "8", value: 0 }] }],
  },
  {
    kind: "matrix",
    id: "matrix",
    title: "Transfer",
    caption: "Made on one, tried on another.",
    rows: ["softmax", "maxout"],
    columns: ["softmax", "maxout"],
    values: [[99.9, 64], [54.6, null]],
    rowLabel: "made on",
    columnLabel: "tried on",
    unit: "%",
  },
  {
    kind: "images",
    id: "images",
    title: "Digits",
    caption: "Clean and attacked.",
    width: 28,
    height: 28,
    columns: 2,
    scale: "diverging",
    range: [0, 1],
    images: [{ pixels: pixels(ramp, [0, 1]), label: "4 & 5", marked: true }, {
      pixels: pixels(ramp, [0, 2]),
    }],
  },
];

/** A report in which every claim has a figure of its own. */
export function sample(figures: Readonly<Record<string, readonly Figure[]>> = { maxout: FIGURES }): Report {
  const outcomes: Record<string, { measurements: Record<string, number> }> = {};
  claims.forEach(({ id }, i) => {
    const [experiment, ...name] = id.split(".");
    (outcomes[experiment] ??= { measurements: {} }).measurements[name.join(".")] = i;
  });
  const measurements = measured([outcomes]);
  return report({
    seeds: [1],
    claims: judgeAll(claims, measurements, { experiments, budget: budgets.quick, images: 10 }),
    measurements,
    behind: { maxout: ["maxout"] },
    figures,
    models: [{
      name: "maxout",
      seed: 1,
      record: { seed: "1" },
      history: [{ loss: 2 }, { loss: 1, validationError: 0.1 }, { loss: 0.5, validationError: 0.05 }],
    }],
    examples: { train: 100, test: 10 },
  }, {
    data: "digits",
    budget: budgets.quick,
    kernels: "baseline",
    seconds: 1,
    made: { version: "0", training: {}, machine: { cores: 2, jobs: 2, system: "linux", engine: "Deno" } },
  });
}
