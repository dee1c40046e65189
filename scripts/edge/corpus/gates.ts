/** Test requests: gates that are invalid. @module */

import { type Case, input, JSON_TYPE, type Target } from "./case.ts";

/** Checks of what cannot be checked, and brackets of what cannot be bracketed. */
export function gates({ model, inputs }: Target): Case[] {
  const x = [input(0, inputs)];
  const bracket = (more: unknown, status = 422): Case => ({
    name: `robustness ${JSON.stringify(more).slice(0, 80)}`,
    method: "POST",
    path: `/models/${model}/robustness`,
    headers: JSON_TYPE,
    body: JSON.stringify({ x, labels: [0], epsilons: [0.1], ...more as object }),
    status,
  });
  const bad = (gate: unknown, status = 422): Case => ({
    name: `check gate ${JSON.stringify(gate).slice(0, 80)}`,
    method: "POST",
    path: `/models/${model}/check`,
    headers: JSON_TYPE,
    body: JSON.stringify({ x, labels: [0], gate }),
    status,
  });
  const on = (threshold: unknown) => bad({ thresholds: [threshold] });
  return [
    ...[null, {}, 1, [], [0], [-1], ["1"], [[1]]].map((epsilons) => bracket({ epsilons })),
    bracket({ epsilons: Array.from({ length: 17 }, (_, i) => (i + 1) / 17) }, 413),
    ...[null, [0], [1, 0], [0.9, 1, 2]].map((bounds) => bracket({ bounds })),
    ...["semidefinite", "complete", "mip", 1, null].map((certify) => bracket({ certify })),
    ...["much", null].map((effort) => bracket({ effort })),
    ...[null, 0, [-1], [0, 1], ["0"], [0.5]].map((labels) => bracket({ labels })),
    ...[{ norm: "L3" }, { seed: -1 }, { epsilon: 0.1 }, { timeLimit: 1 }].map((more) => bracket(more)),
    ...[null, 1, "x", [], { epsilon: [0.1] }, { __proto: 1 }].map((gate) => bad(gate)),
    ...[null, {}, 1, [], [-1], ["1"], [null], [[1]], [0.1, 0.1], [true]].map((epsilons) => bad({ epsilons })),
    bad({ epsilons: Array.from({ length: 17 }, (_, i) => i / 17) }, 413),
    ...[null, "fgsm", [], ["resnet"], ["__proto__"], ["constructor"], ["fgsm", "fgsm"], [["fgsm"]], [{}]]
      .map((attacks) => bad({ attacks })),
    ...[
      {},
      { attack: "resnet" },
      { attack: "fgsm", steps: 4 },
      { attack: "fgsm", norm: "L3" },
      {
        attack: "pgd",
        steps: 0,
      },
      { attack: "pgd", steps: 1e300 },
      { attack: "fgsm", name: "a\nb" },
      { attack: "fgsm", epsilon: 1 },
    ]
      .map((attack) => bad({ attacks: [attack] })),
    bad({ attacks: [{ attack: "pgd", steps: 1e12 }] }, 413),
    ...[null, [0], [1, 0], [0, 0], [0, 1, 2], ["0", "1"], [0.9, 1]].map((bounds) => bad({ bounds })),
    ...[null, -1, 0.5, 1e300, "1", [1]].map((seed) => bad({ seed })),
    ...["much", 1, null].map((effort) => bad({ effort })),
    ...["mip", true, null].map((certify) => bad({ certify })),
    bad({ certify: "semidefinite", effort: "none" }),
    ...["L3", 2, null, ["L2"]].map((norm) => bad({ norm })),
    ...["false", true, [0]].map((labels) => bad({ labels })),
    ...[1, "true", null].map((perClass) => bad({ perClass })),
    ...[null, {}, "x", [1], [null]].map((thresholds) => bad({ thresholds })),
    ...[{}, { on: "clean" }, { on: "resnet", errorRate: 1 }, { on: "clean", errorRate: 2 }].map(on),
    ...[{ on: "fgsm", epsilon: 7, errorRate: 1 }, { on: "noise", errorOverNoise: 1 }, { on: "fgsm", rate: 1 }]
      .map(on),
  ];
}
