import "../../src/runtime/inlined.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { conditionOutcome, type Found } from "../../src/evaluate/condition_outcome.ts";
import type { Baseline } from "../../src/evaluate/read_baseline.ts";
import type { RobustnessReport } from "../../src/evaluate/robustness_report.ts";
import {
  checkJudged,
  levelOf,
  pairedVerdicts,
  rowsOf,
  type Verdict,
  verdictsOn,
} from "../../src/evaluate/verdicts.ts";

const verdict = (on: string, passed: boolean, epsilon = 0.1): Verdict => ({
  ...{ on, epsilon, passed, rate: "errorRate", value: 0.5, max: 0.5 },
});

/** A report of two sizes of which the second was cut short, with these shares of its warnings. */
function report(shares: Partial<Record<string, number>>, errorRate = 0.25): RobustnessReport {
  const at = [0.1, 0.2].map((epsilon) => ({ epsilon, complete: epsilon === 0.1 }));
  const warnings = Object.entries(shares).map(([name, share]) => ({ name, text: "", share }));
  return { clean: { errorRate }, at, warnings } as unknown as RobustnessReport;
}

/** What the verdict is refused for; nothing if it stands. */
function refusal(report: RobustnessReport, ...verdicts: readonly Verdict[]): string | undefined {
  try {
    checkJudged(report, verdicts);
  } catch (error) {
    const { code, action, reason } = error as InputError;
    return `${code} ${action}: ${reason.slice(0, 7)}`;
  }
}

Deno.test("checkJudged() passes no verdict that lacks time, gradients or bounds", () => {
  const sound = report({});
  for (const on of ["attacked", "certified"]) {
    assertEquals([true, false].map((passed) => refusal(sound, verdict(on, passed))), [undefined, undefined]);
    // half a search shows an error, and a certificate, but not that there is none
    const shown = on === "attacked" ? false : true;
    assertEquals(refusal(sound, verdict(on, shown, 0.2)), undefined);
    assertEquals(refusal(sound, verdict(on, !shown, 0.2)), `value judge by ${on}: time wa`);
    assertEquals(
      [true, false].map((passed) => refusal(report({ inputsOutsideBounds: 0.01 }), verdict(on, passed))),
      [true, false].map(() => `value judge by ${on}: example`),
    );
    assertEquals(refusal(report({ inputsOutsideBounds: 0 }), verdict(on, true)), undefined);
  }
  // blind where the gradient is 0 at all that is right as it is, three of four
  const blind = (share: number, errorRate: number, ...of: Parameters<typeof verdict>) =>
    refusal(report({ zeroGradients: share }, errorRate), verdict(...of));
  assertEquals(blind(0.75, 0.25, "attacked", true), "value judge by attacked: the gra");
  assertEquals(blind(0.8, 0.25, "attacked", true), "value judge by attacked: the gra");
  assertEquals(blind(0.74, 0.25, "attacked", true), undefined);
  assertEquals(blind(0.75, 0.25, "attacked", false), undefined);
  assertEquals(blind(0.75, 0.25, "certified", false), undefined);
  assertEquals(blind(0, 1, "attacked", true), undefined, "all are wrong as they are");
  // what is about other rates rests on no search, and each verdict is looked at
  const others = ["clean", "noise", "fgsm"].map((on) => verdict(on, true, 0.2));
  assertEquals(refusal(report({ inputsOutsideBounds: 1 }), ...others), undefined);
  assertEquals(
    refusal(sound, ...others, verdict("attacked", true, 0.2)),
    "value judge by attacked: time wa",
  );
});

Deno.test("levelOf() is that of the first threshold that says one, or 5 %", () => {
  const level = (...thresholds: object[]) =>
    levelOf({ attacks: [], epsilons: [], thresholds: thresholds.map((each) => ({ on: "clean", ...each })) });
  assertEquals([levelOf({ attacks: [], epsilons: [] }), level(), level({ errorRate: 1 })], [
    0.05,
    0.05,
    0.05,
  ]);
  assertEquals(level({ errorRate: 1 }, { noWorse: 0.01 }, { noWorse: 0.2 }), 0.01);
});

const rates = (errorRate: number) => ({ errorRate, confidence: 0.75, confidenceOnErrors: 0.5 });

Deno.test("rowsOf() has a row for each rate, beside the noise of the same norm and size where there is some", () => {
  const attack = (attack: string, distance: "Linf" | "L2", epsilon: number, errorRate: number) => ({
    ...{ attack, distance, epsilon, fooledRate: null, zeroGradients: 0 },
    ...rates(errorRate),
  });
  const noise = [
    { ...attack("noise", "L2", 0.1, 0.125), step: 0 },
    { ...attack("noise", "Linf", 0.1, 0.25), step: 0 },
    { ...attack("noise", "Linf", 0.2, 0.375), step: 0 },
  ];
  const robustness = {
    norm: "Linf",
    at: [
      { epsilon: 0.1, attacked: { errorRate: 0.5 }, certified: { errorRate: 0.625 } },
      { epsilon: 0.3, attacked: { errorRate: 0.75 }, certified: null },
    ],
  } as unknown as Parameters<typeof rowsOf>[0]["robustness"];
  const attacked = [attack("fgsm", "Linf", 0.2, 0.5), attack("ddn", "L2", 0.1, 1)];
  const rows = rowsOf({ clean: rates(0), attacked, noise, robustness });
  assertEquals(
    rows.map(({ on, epsilon, errorRate, errorOverNoise }) => [on, epsilon, errorRate, errorOverNoise]),
    [
      ["clean", null, 0, undefined],
      ["attacked", 0.1, 0.5, 0.25],
      ["certified", 0.1, 0.625, undefined],
      ["attacked", 0.3, 0.75, undefined],
      ["noise", 0.1, 0.125, undefined],
      ["noise", 0.1, 0.25, undefined],
      ["noise", 0.2, 0.375, undefined],
      ["fgsm", 0.2, 0.5, 0.125],
      ["ddn", 0.1, 1, 0.875],
    ],
  );
  assertEquals(rows.map(({ confidenceOnErrors }) => confidenceOnErrors), [
    ...[0.5, undefined, undefined, undefined, 0.5, 0.5, 0.5, 0.5, 0.5],
  ]);
  assertEquals(rowsOf({ clean: rates(0), attacked: [], noise: [], robustness: null }).length, 1);
});

Deno.test("verdictsOn() judges each limited rate of the rows that a threshold is on, at its size or at all", () => {
  const rows = [
    { on: "clean", epsilon: null, ...rates(0.5) },
    { on: "fgsm", epsilon: 0.1, ...rates(0.5), confidenceOnErrors: null, errorOverNoise: 0.25 },
    { on: "fgsm", epsilon: 0.2, ...rates(0.75) },
  ];
  const found = (threshold: Parameters<typeof verdictsOn>[0]) =>
    verdictsOn(threshold, rows).map(({ on, epsilon, rate, value, max, passed }) =>
      `${on} ${epsilon} ${rate} ${value} of ${max}: ${passed}`
    );
  assertEquals(found({ on: "clean", errorRate: 0.5 }), ["clean null errorRate 0.5 of 0.5: true"]);
  assertEquals(found({ on: "fgsm", errorRate: 0.5, confidenceOnErrors: 0.25, errorOverNoise: 0.125 }), [
    "fgsm 0.1 errorRate 0.5 of 0.5: true",
    "fgsm 0.1 confidenceOnErrors null of 0.25: true",
    "fgsm 0.1 errorOverNoise 0.25 of 0.125: false",
    "fgsm 0.2 errorRate 0.75 of 0.5: false",
    "fgsm 0.2 confidenceOnErrors 0.5 of 0.25: false",
  ]);
  assertEquals(found({ on: "fgsm", epsilon: 0.2, errorRate: 1 }), ["fgsm 0.2 errorRate 0.75 of 1: true"]);
  assertEquals([found({ on: "pgd", errorRate: 1 }), found({ on: "fgsm", epsilon: 0.3, errorRate: 1 })], [
    [],
    [],
  ]);
});

Deno.test("pairedVerdicts() are of each place that a threshold is on, and none without a level", () => {
  const wrong = (count: number) => Array.from({ length: 20 }, (_, i) => i < count);
  const conditions = { bounds: null, seed: 0, attacks: [] };
  const of = (...counts: number[]): Found => ({
    conditions,
    robustness: null,
    outcomes: [
      conditionOutcome("clean", null, wrong(counts[0])),
      conditionOutcome("fgsm", 0.1, wrong(counts[1])),
      conditionOutcome("fgsm", 0.2, wrong(counts[2])),
    ],
  });
  const baseline: Baseline = {
    ...of(2, 4, 8),
    model: "m",
    kernels: "k",
    sha256: { model: "", data: "" },
    examples: 20,
  };
  const found = (threshold: Parameters<typeof pairedVerdicts>[0]) =>
    pairedVerdicts(threshold, baseline, of(3, 10, 6)).map((
      { on, epsilon, rate, value, max, passed },
    ) => `${on} ${epsilon} ${rate} ${value} of ${max}: ${passed}`);
  // five worse and none better are 1/32, four are 1/16; with two better, eight worse are 56/1024
  assertEquals(found({ on: "clean", noWorse: 0.05 }), ["clean null noWorse 0.05 of 0.2: true"]);
  assertEquals(found({ on: "fgsm", noWorse: 0.05 }), [
    "fgsm 0.1 noWorse 0.3 of 0.2: false",
    "fgsm 0.2 noWorse -0.1 of 0.3: true",
  ]);
  assertEquals(found({ on: "fgsm", epsilon: 0.2, noWorse: 0.05 }), ["fgsm 0.2 noWorse -0.1 of 0.3: true"]);
  assertEquals(found({ on: "fgsm", errorRate: 1 }), []);
  // a rise that is as large as may be is not seen
  assertEquals(
    pairedVerdicts({ on: "clean", noWorse: 0.05 }, baseline, of(6, 4, 8)).map(({ passed }) => passed),
    [
      true,
    ],
  );
  const four = { ...baseline, examples: 4 };
  assertThrows(
    () => pairedVerdicts({ on: "clean", noWorse: 0.05 }, four, of(3, 10, 6)),
    InputError,
    "5 are the fewest",
  );
});
