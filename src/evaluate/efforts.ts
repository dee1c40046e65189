/** Which attacks a worst case is looked for by, in order, for each effort. @module */

import { anyAttacks, type AttackName } from "../attacks/mod.ts";

/** All efforts, the least first. */
export const EFFORTS = ["quick", "standard", "thorough"] as const satisfies readonly Effort[];

/** How much computation goes into the worst case: which attacks, how many steps and restarts. */
export type Effort = "quick" | "standard" | "thorough";

/** One attack of a cascade. */
export interface Stage {
  /** What reports call it; stages of one attack with other options have names of their own. */
  readonly name: string;
  /** Key of the registry of attacks. */
  readonly attack: AttackName;
  /** Its own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its role when stages are compared: one step, many steps on the model's own loss, noise. */
  readonly role?: "single" | "many" | "noise";
}

const SINGLE: Stage = { name: "fgsm", attack: "fgsm", options: {}, role: "single" };

const noise = (restarts: number): Stage => ({
  name: "noise",
  attack: "signNoise",
  options: { restarts },
  role: "noise",
});

const pgd = (name: string, options: Stage["options"], role?: Stage["role"]): Stage => ({
  name,
  attack: "pgd",
  options: { stopEarly: true, ...options },
  role,
});

const apgd = (name: string, options: Stage["options"]): Stage => ({ name, attack: "apgd", options });

/** All but exact on diagonal RBF networks, where walks from elsewhere end on the wrong side of some inputs. */
const FROM_MIDDLE = apgd("apgd-middle", {
  loss: "margin",
  targets: 3,
  iterations: 40,
  randomStart: false,
  stopEarly: true,
});

const square = (queries: number): Stage => ({ name: "square", attack: "square", options: { queries } });

const STAGES: Readonly<Record<Effort, readonly Stage[]>> = {
  quick: [
    SINGLE,
    pgd("pgd", { steps: 20 }, "many"),
    pgd("pgd-margin", { steps: 20, loss: "margin" }),
    noise(5),
  ],
  standard: [
    SINGLE,
    pgd("pgd", { steps: 40 }, "many"),
    pgd("pgd-margin", { steps: 40, loss: "margin" }),
    FROM_MIDDLE,
    apgd("apgd-ce", { loss: "crossEntropy", iterations: 100 }),
    apgd("apgd-t", { loss: "dlr", targets: 9, iterations: 100 }),
    square(1000),
    noise(10),
  ],
  thorough: [
    SINGLE,
    pgd("pgd", { steps: 40 }, "many"),
    pgd("pgd-margin", { steps: 100, loss: "margin", restarts: 5 }),
    FROM_MIDDLE,
    apgd("apgd-ce", { loss: "crossEntropy", iterations: 100, restarts: 5 }),
    apgd("apgd-margin", { loss: "margin", iterations: 100, restarts: 5 }),
    apgd("apgd-t", { loss: "dlr", targets: 9, iterations: 100, restarts: 3 }),
    { name: "fab", attack: "fab", options: {} },
    square(5000),
    noise(50),
  ],
};

/**
 * The stages of an effort that can be tried: those whose attack is bounded in `norm`, by what the model answers. Attacks that
 * know images are told their `width`, if it is known.
 */
export function stagesOf(
  effort: Effort,
  { norm, gradients, width }: { norm: string; gradients: boolean; width?: number },
): Stage[] {
  return STAGES[effort].filter(({ attack }) => {
    const { norms, needs } = anyAttacks[attack];
    return (norms as readonly string[]).includes(norm) && (gradients || needs !== "gradients");
  }).map((stage) =>
    width !== undefined && "width" in anyAttacks[stage.attack].options
      ? { ...stage, options: { ...stage.options, width } }
      : stage
  );
}
