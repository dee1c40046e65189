import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import "../../src/runtime/inlined.ts";
import { InputError } from "../../src/errors.ts";
import { type Gate, gateAttacks } from "../../src/evaluate/gate.ts";
import { trialsOf } from "../../src/evaluate/trials.ts";
import { gateSchema, readGate } from "../../src/evaluate/read_gate.ts";

/** Gates that are read, as JSON holds them. */
const GOOD: unknown[] = [
  {},
  { attacks: ["fgsm"], epsilons: [0, 0.1] },
  { epsilons: [0.1] },
  { attacks: [{ attack: "fgsm" }, { attack: "fgsm", name: "fgsm-L2", norm: "L2", labels: "predicted" }] },
  { effort: "thorough", certify: "crown", thresholds: [{ on: "attacked", errorRate: 0.4 }] },
  { effort: "none", attacks: ["pgd"] },
  { fixed: [0, 3], grid: 255, oneHot: [[1, 2], [4, 5, 6]] },
  { thresholds: [{ on: "clean", noWorse: 0.05 }] },
  { norm: "L1", labels: "true", bounds: [-1, 1], seed: 7, perClass: true },
  { thresholds: [{ on: "clean", errorRate: 0 }, { on: "fgsm", epsilon: 0.1, errorOverNoise: 1 }] },
];

/** Invalid gates, and why. */
const BAD: [unknown, string][] = [
  [null, "it must be an object"],
  [[], "it must be an object"],
  [{ epsilon: [0.1] }, "epsilon is none of its members; did you mean epsilons?"],
  [
    { "a b": 1 },
    '"a b" is none of its members, attacks, thresholds, oneHot, effort, certify, epsilons, norm, labels, bounds, fixed, grid, seed, perClass, $schema',
  ],
  [{ effort: "much" }, "effort must be quick, standard, thorough or none"],
  [{ certify: "mip" }, "certify must be auto, "],
  [{ epsilons: [] }, "epsilons must not be empty"],
  [{ epsilons: [0.1, 0.1] }, "epsilons must not hold anything twice"],
  [{ epsilons: [-1] }, "epsilons must be a list of finite numbers ≥ 0"],
  [{ bounds: [1, 0] }, "bounds must be two numbers, the first the less"],
  [{ bounds: [1, 1] }, "bounds must be two numbers, the first the less"],
  [{ seed: 0.5 }, "seed must be a whole number ≥ 0"],
  [{ fixed: [0.5] }, "fixed must be a list of whole numbers ≥ 0"],
  [{ grid: 0 }, "grid must be a finite number > 0"],
  [{ oneHot: [1] }, "oneHot[0] must be a list of whole numbers ≥ 0"],
  [{ oneHot: 1 }, "oneHot must be a list"],
  [{ thresholds: [{ on: "clean", noWorse: 1 }] }, "thresholds[0].noWorse must be a finite number in (0, 1)"],
  [{ norm: "L3" }, "norm must be Linf, L2, L1 or L0"],
  [{ attacks: "fgsm" }, "attacks must be a list"],
  [{ attacks: [] }, "attacks must not be empty"],
  [{ attacks: ["fgsm", { attack: "fgsm" }] }, "attacks must not hold anything twice"],
  [{ attacks: [1] }, "attacks[0] must be "],
  [{ attacks: [null] }, "attacks[0] must be "],
  [{ attacks: [[]] }, "attacks[0] must be "],
  [{ attacks: [{ norm: "L2" }] }, "attacks[0].attack must be "],
  [
    { attacks: [{ attack: "fgsm", nrom: "L2" }] },
    "attacks[0].nrom is none of the options of fgsm; did you mean norm?",
  ],
  [{ attacks: [{ attack: "fgsm", labels: "mine" }] }, "attacks[0].labels must be true or predicted"],
  [
    { attacks: [{ attack: "signNoise", labels: "true" }] },
    "attacks[0].labels is none of the options of signNoise",
  ],
  [{ attacks: [{ attack: "fgsm", seed: 1 }] }, "attacks[0].seed is none of the options of fgsm"],
  [
    { attacks: [{ attack: "fgsm", name: "clean" }] },
    "attacks[0].name must not be clean, which means something else",
  ],
  [
    { attacks: [{ attack: "fgsm", name: "a b" }] },
    "attacks[0].name must be 1 to 40 letters, digits or one of . + - _",
  ],
  [{ thresholds: {} }, "thresholds must be a list"],
  [{ thresholds: [{ errorRate: 1 }] }, "thresholds[0].on is missing"],
  [
    { thresholds: [{ on: "clean", errorRate: "10 %" }] },
    "thresholds[0].errorRate must be a finite number in [0, 1]",
  ],
  [
    { thresholds: [{ on: "clean", errorRat: 1 }] },
    "thresholds[0].errorRat is none of its members; did you mean errorRate?",
  ],
];

Deno.test("readGate() gives the contents of a gate, which the schema accepts", () => {
  const valid = new Ajv2020({ strict: false }).compile(gateSchema());
  for (const gate of GOOD) {
    assertEquals(readGate(gate), gate as Partial<Gate>);
    assert(valid(gate), JSON.stringify(gate));
  }
});

Deno.test("readGate() refuses the first thing that does not fit, and names its place; so does the schema", () => {
  const valid = new Ajv2020({ strict: false }).compile(gateSchema());
  // a rule that JSON Schema cannot express
  const beyond = ["the first the less", "anything twice", "means something else", "1 to 40 letters"];
  for (const [gate, problem] of BAD) {
    const error = assertThrows(() => readGate(gate), InputError);
    assert(error.reason.startsWith(problem), `${error.reason} instead of ${problem}`);
    if (!beyond.some((words) => problem.includes(words))) assert(!valid(gate), JSON.stringify(gate));
    if (error.reason.startsWith("it ")) continue;
    const inside = assertThrows(() => readGate(gate, { place: "body.gate" }), InputError);
    assertEquals(inside.reason, `body.gate.${error.reason}`);
  }
});

Deno.test("gateSchema() holds the numbers of sizes and thresholds that are allowed, and none by default", () => {
  const ajv = new Ajv2020({ strict: false });
  const [free, limited] = [
    ajv.compile(gateSchema()),
    ajv.compile(gateSchema({ epsilons: 2, thresholds: 1 })),
  ];
  const epsilons = (count: number) => ({ epsilons: Array.from({ length: count }, (_, i) => i) });
  const thresholds = (count: number) => ({ thresholds: Array(count).fill({ on: "clean", errorRate: 1 }) });
  assertEquals([2, 3].map((count) => [free(epsilons(count)), limited(epsilons(count))]), [[true, true], [
    true,
    false,
  ]]);
  assertEquals([1, 2].map((count) => [free(thresholds(count)), limited(thresholds(count))]), [[true, true], [
    true,
    false,
  ]]);
  assert(!free({ epsilons: [0.1, 0.1] }));
});

Deno.test("readGate() takes only the attacks that may be tried", () => {
  const attacks = ["signNoise"];
  assertEquals(readGate({ attacks: ["signNoise"] }, { attacks }).attacks, ["signNoise"]);
  for (const each of ["fgsm", { attack: "fgsm" }]) {
    assertThrows(
      () => readGate({ attacks: [each] }, { attacks }),
      InputError,
      'must be signNoise, not "fgsm"',
    );
  }
});

Deno.test("an attack of a gate has its own options before the gate's, its name in results, and its own norm", () => {
  const gate: Gate = {
    attacks: ["fgsm", { attack: "fgsm", name: "two", norm: "L1" }, "rotation"],
    epsilons: [0.1],
    norm: "L2",
  };
  assertEquals(gateAttacks(gate).map(({ name, attack, distance }) => [name, attack, distance]), [
    ["fgsm", "fgsm", "L2"],
    ["two", "fgsm", "L1"],
    ["rotation", "rotation", "angle"],
  ]);
  assertEquals(trialsOf(gate, 4).map(({ name, distance }) => [name, distance]), [
    ["fgsm", "L2"],
    ["two", "L1"],
    ["rotation", "angle"],
    ["noise", "L2"],
    ["noise", "L1"],
  ]);
  assertThrows(
    () => trialsOf({ attacks: ["signNoise"], epsilons: [0.1], labels: "true" }, 4),
    InputError,
    "labels goes with none of the attacks, signNoise",
  );
});
