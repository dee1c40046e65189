import "../../src/runtime/inlined.ts";
import { assertEquals } from "@std/assert";
import { EFFORTS, type Stage, stagesOf } from "../../src/evaluate/efforts.ts";
import { passesOfWorstCase } from "../../src/evaluate/robustness.ts";

const FIRST = { name: "fgsm", attack: "fgsm", options: {}, role: "single" } as const;
const steps = (name: string, options: object, role?: "many") => ({
  ...{ name, attack: "pgd", options: { stopEarly: true, ...options } },
  role,
});
const auto = (name: string, options: object) => ({ name, attack: "apgd", options });
const MIDDLE = { loss: "margin", targets: 3, iterations: 40, randomStart: false, stopEarly: true };
const noise = (restarts: number) => ({
  name: "noise",
  attack: "signNoise",
  options: { restarts },
  role: "noise",
});
const square = (queries: number) => ({ name: "square", attack: "square", options: { queries } });

/**
 * What reports call each effort, written once more: they name it and nothing else of it, so that figures of two versions
 * can be compared only as long as it stays. The 100 iterations of apgd, its 9 targets and the 5000 queries are those of
 * AutoAttack (Croce and Hein 2020).
 */
const WRITTEN: Readonly<Record<string, readonly object[]>> = {
  quick: [
    FIRST,
    steps("pgd", { steps: 20 }, "many"),
    steps("pgd-margin", { steps: 20, loss: "margin" }),
    noise(5),
  ],
  standard: [
    FIRST,
    steps("pgd", { steps: 40 }, "many"),
    steps("pgd-margin", { steps: 40, loss: "margin" }),
    auto("apgd-middle", MIDDLE),
    auto("apgd-ce", { loss: "crossEntropy", iterations: 100 }),
    auto("apgd-t", { loss: "dlr", targets: 9, iterations: 100 }),
    square(1000),
    noise(10),
  ],
  thorough: [
    FIRST,
    steps("pgd", { steps: 40 }, "many"),
    steps("pgd-margin", { steps: 100, loss: "margin", restarts: 5 }),
    auto("apgd-middle", MIDDLE),
    auto("apgd-ce", { loss: "crossEntropy", iterations: 100, restarts: 5 }),
    auto("apgd-margin", { loss: "margin", iterations: 100, restarts: 5 }),
    auto("apgd-t", { loss: "dlr", targets: 9, iterations: 100, restarts: 3 }),
    { name: "fab", attack: "fab", options: {} },
    square(5000),
    noise(50),
  ],
};

Deno.test("stagesOf() are the attacks of an effort that reports of it were made by", () => {
  const plain = (stages: readonly Stage[]) => JSON.parse(JSON.stringify(stages));
  for (const effort of EFFORTS) {
    const stages = stagesOf(effort, { norm: "Linf", gradients: true });
    assertEquals(plain(stages), plain(WRITTEN[effort] as Stage[]), effort);
  }
  assertEquals(EFFORTS, Object.keys(WRITTEN) as unknown as typeof EFFORTS);
});

Deno.test("passesOfWorstCase() adds up the passes of each stage that can be tried, and one for the examples", () => {
  const passes = (more: object, inputGradient?: () => never) =>
    passesOfWorstCase({ inputs: 7, inputGradient }, { epsilons: [0.1, 0.2], effort: "quick", ...more });
  const gradient = () => {
    throw new Error("not asked");
  };
  // a gradient is three; what one step asks is asked once for both sizes; an answer for each size
  const [first, walk, draws] = [3 + 2, 3 * 20 * 2 + 2, 5 * 2 + 2];
  assertEquals(passes({}, gradient), 1 + first + 2 * walk + draws);
  assertEquals(passes({}), 1 + draws);
  // none of them changes so many features
  assertEquals(passes({ norm: "L0" }), 1);
  const standard = (norm?: string) =>
    passesOfWorstCase({ inputs: 7 }, { epsilons: [0.1], norm: norm as "L2" });
  // without gradients square and noise are left
  assertEquals([standard(), standard("L2")], [1 + 1001 + 11, 1 + 1001 + 11]);
});
