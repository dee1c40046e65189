import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { apgd } from "../../src/attacks/apgd.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { greedyTabular } from "../../src/attacks/greedy_tabular.ts";
import { jsma } from "../../src/attacks/jsma.ts";
import { lbfgs } from "../../src/attacks/lbfgs.ts";
import { anyAttacks } from "../../src/attacks/mod.ts";
import { signNoise, uniformNoise } from "../../src/attacks/noise.ts";
import { DROPPED } from "../../src/attacks/perturbations.ts";
import { pgd } from "../../src/attacks/pgd.ts";
import { rotation } from "../../src/attacks/rotation.ts";
import { DIRECTED_OPTIONS, rubbish, RUBBISH_OPTIONS } from "../../src/attacks/rubbish.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { asked } from "./asked.ts";
import { square } from "../../src/attacks/square.ts";
import { LOSSES } from "../../src/loss.ts";
import type { AnySchema, Field } from "../../src/schema.ts";

/** Default, least and greatest value; or the words. As their docstrings, and the papers that these name, have them. */
type Told = Omit<Field, "kind" | "help">;

const LABELS: Told = { choices: ["true", "predicted"], default: "true" };
const LOSS: Told = { choices: LOSSES, default: "own" };
const GRADIENT: Told = { choices: ["safe", "float32"], default: "safe" };
const times = (most: number): Told => ({ min: 1, default: most });
const yes: Told = { default: true }, no: Told = { default: false };
const REFINED: Record<string, Told> = { refinements: { min: 0, default: 10 } };

const EXPECTED: [{ name: string; options: object }, Record<string, Told>][] = [
  [fgsm, { labels: LABELS, loss: LOSS, gradient: GRADIENT }],
  [rotation, { labels: LABELS, loss: LOSS, gradient: GRADIENT }],
  [pgd, {
    ...{ steps: times(40), stepSize: { min: 0 }, restarts: times(1), randomStart: yes, stopEarly: no },
    ...{ momentum: { min: 0, max: 1, default: 0 }, labels: LABELS, gradient: GRADIENT },
    loss: { choices: [...LOSSES, "divergence"], default: "own" },
  }],
  [apgd, {
    ...{
      iterations: times(100),
      rho: { min: 0, max: 1, default: 0.75 },
      restarts: times(1),
      randomStart: yes,
    },
    ...{ targets: { min: 0, default: 0 }, stopEarly: no, labels: LABELS, loss: LOSS },
  }],
  [signNoise, { restarts: times(1) }],
  [uniformNoise, { restarts: times(1) }],
  [square, { queries: times(1000), share: { above: 0, max: 1, default: 0.8 }, width: { min: 1 } }],
  [greedyTabular, { moves: times(50) }],
  [jsma, { steps: times(100), stepSize: { above: 0 }, ...REFINED }],
  [lbfgs, {
    ...{ binarySearchSteps: times(12), iterations: times(30), ...REFINED },
    targets: { choices: ["all", "runnerUp"], default: "all" },
  }],
  [{ name: "rubbish", options: RUBBISH_OPTIONS }, {
    ...{
      samples: { min: 1 },
      seed: { min: 0, default: 0 },
      mean: { default: 0 },
      std: { above: 0, default: 1 },
    },
    threshold: { min: 0, below: 1, default: 0.5 },
  }],
  [{ name: "directedRubbish", options: DIRECTED_OPTIONS }, {
    ...{ target: { min: 0, required: true }, epsilon: { min: 0, required: true }, attempts: times(1) },
    step: { choices: ["sign", "gradient"], default: "sign" },
  }],
  [{ name: "dropout", options: DROPPED }, { dropped: { choices: ["attack", "both"] } }],
];

Deno.test("attacks have the options, defaults and ranges of their documentation", () => {
  for (const [{ name, options }, told] of EXPECTED) {
    const own = Object.entries(options as AnySchema).map((
      [key, { kind: _, help: __, ...rest }],
    ) => [key, rest]);
    assertEquals(Object.fromEntries(own), told, name);
  }
  // and they run with them
  const two = { inputs: 1, classes: 2, scores: () => [1, 0], slopes: () => [[0], [1]] };
  const one = batch({ x: matrix(1, 1, [0.5]), labels: [1], classes: 2 });
  for (const attack of Object.values(anyAttacks)) {
    assertEquals(attack(asked(two), one, { epsilon: 0 }).x, one.x, attack.name);
  }
  assertEquals(rubbish(asked(two), { samples: 1 }).fooled[0], 1);
});

Deno.test("each option of an attack says in one line what it sets", () => {
  for (
    const [name, { options }] of [
      ...Object.entries(anyAttacks),
      ...EXPECTED.map(([each]) => [each.name, each] as const),
    ]
  ) {
    for (const [key, { help }] of Object.entries(options as AnySchema)) {
      assert(/^[A-Z].*[^.]$/.test(help), `${name}: ${key}: ${help}`);
    }
  }
});
