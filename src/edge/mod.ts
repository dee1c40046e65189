/**
 * A robustness gate over HTTP: `createHandler` makes a fetch handler that classifies, checks how models stand up to
 * attacks, and screens inputs.
 *
 * On a host that forbids compiling WebAssembly at run time, give the compiled module to `init` before a model is loaded.
 *
 * @example
 * ```ts
 * import { createHandler } from "@gibbon/gibbon/edge";
 * import { model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = createHandler({ models: { fresh: model(softmaxLinear({ inputs: 2, classes: 3 })) } });
 * const { models } = await (await handler(new Request("https://example.org/models"))).json();
 * assertEquals(models[0].classes, 3);
 * ```
 *
 * @module
 */

export type { Rates } from "../evaluate/measure.ts";
export { createHandler } from "./handler.ts";
export type { Cors, HandlerOptions, Limits } from "./options.ts";
export type { CheckReport, Flips } from "../evaluate/check_report.ts";
export type { NoiseRates, Verdict } from "../evaluate/verdicts.ts";
export type { BaselineComparison, ConditionComparison } from "../evaluate/baseline.ts";
export type { ConditionOutcome } from "../evaluate/condition_outcome.ts";
export type { WorstCase } from "../evaluate/robustness_report.ts";
export type { Effort } from "../evaluate/efforts.ts";
export type { ExampleRobustness, RobustnessAt, RobustnessReport } from "../evaluate/robustness_report.ts";
export type { Warning, WarningName } from "../evaluate/warnings.ts";
export type { Gate, Threshold } from "../evaluate/gate.ts";
export type { AttackChoice, ConfiguredAttack } from "../evaluate/attack_choice.ts";
export type { AttackedRates, ClassRates, Evaluation, EvaluationConditions } from "../evaluate/evaluation.ts";
