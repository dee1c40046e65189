/**
 * All of `@gibbon/gibbon` but the kernels, for hosts that forbid compiling at run time, such as Cloudflare Workers, and
 * for small bundles: `init` is given a module that the host compiled, and has to come first. The binaries are
 * `@gibbon/gibbon/gibbon.wasm` and its relaxed and threaded builds. Workers need a compatibility date of 2025-05-05 or
 * later, from which on they have `FinalizationRegistry`.
 *
 * @example
 * ```ts
 * import { digits, fgsm, init, kernels, softmaxLinear, train } from "@gibbon/gibbon/module";
 * import { assertEquals } from "@std/assert";
 *
 * // at the edge: import module from "@gibbon/gibbon/gibbon.wasm";
 * const module = new WebAssembly.Module(await Deno.readFile("wasm/gibbon.wasm"));
 * init({ module });
 * assertEquals(kernels(), "baseline");
 * const data = digits({ train: 100, test: 20 });
 * using model = await train(softmaxLinear({ inputs: 784, classes: 10 }), data.train, { epochs: 1 });
 * assertEquals(fgsm(model, data.test, { epsilon: 0.25 }).fooled.length, 20);
 * ```
 *
 * @module
 */

export type {
  Adversarial,
  Attack,
  AttackConditions,
  AttackOptions,
  Needs,
  Pullback,
  SizeOptions,
} from "./attacks/attack.ts";
export { type AttackDefinition, makeAttack } from "./attacks/make_attack.ts";
export { confident, confidentIn, type Criterion, misclassified, targeted } from "./attacks/criteria.ts";
export type { LossOptions } from "./attacks/direction.ts";
export { predictAsync } from "./attacks/oracle.ts";
export { attacks } from "./attacks/mod.ts";
export * from "./attacks/registry.ts";
export type { StartOptions } from "./attacks/decisions.ts";
export type { RefinementOptions } from "./attacks/refine.ts";
export { differentiable, perturbation, rubbishClass } from "./attacks/perturbations.ts";
export { transferAttack } from "./attacks/transfer_attack.ts";
export {
  type DirectedRubbish,
  directedRubbish,
  type DirectedRubbishOptions,
  type Rubbish,
  rubbish,
  type RubbishOptions,
} from "./attacks/rubbish.ts";
export type { Answer, AttackRun, Chunk, Query } from "./attacks/query.ts";
export { type Universal, universal, type UniversalOptions } from "./attacks/universal.ts";
export type {
  Constraint,
  ConstraintOptions,
  Distance,
  Epsilon,
  Norm,
  Region,
  Violation,
} from "./constraints/constraint.ts";
export * from "./certify/mod.ts";
export { constraint } from "./constraints/mod.ts";
export { type Batch, batch, type Examples, select, slice } from "./data/batch.ts";
export { csvBatch, type CsvOptions } from "./data/csv.ts";
export { digits, type DigitsOptions } from "./data/digits.ts";
export { type Idx, idxBatch, readIdx } from "./data/idx.ts";
export { type Npy, npyBatch, readNpy } from "./data/npy.ts";
export type { Separator } from "./data/csv_separator.ts";
export type { NumericArray } from "./data/elements.ts";
export type { Reading } from "./data/reading.ts";
export type { ReadBatch, ReadOptions } from "./data/table.ts";
export type { ImageShape } from "./data/image.ts";
export { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from "./data/safetensors.ts";
export { scaled, type Scaling } from "./data/scaling.ts";
export { type ErrorCode, InputError } from "./errors.ts";
export { type Head, type HeadName, heads, type Labels } from "./heads.ts";
export type { Bounds } from "./kernels/attack.ts";
export type { LossOutputs } from "./kernels/heads.ts";
export { init, type InitOptions, kernels, threads, type Variant } from "./runtime/variants.ts";
export { losses, lossGradient, type LossName, type ScoreGradient } from "./loss.ts";
export { predict, type Predictions } from "./predict.ts";
export { httpClassifier, type HttpClassifierOptions } from "./remote/http.ts";
export { type Matrix, matrix } from "./matrix.ts";
export { type Agreement, agreement, type Transfer, transfer } from "./evaluate/agreement.ts";
export { alongLine, type Line } from "./evaluate/line.ts";
export {
  type AttackedMeasures,
  type ClassMeasures,
  measure,
  measureRubbish,
  type Measures,
  type Rates,
  type RubbishMeasures,
  sweep,
} from "./evaluate/measure.ts";
export { robustness } from "./evaluate/robustness.ts";
export type { ExampleRobustness, RobustnessAt, RobustnessReport } from "./evaluate/robustness_report.ts";
export type { RobustnessOptions } from "./evaluate/search.ts";
export { withPerturbation } from "./evaluate/perturbations.ts";
export type { Warning, WarningName } from "./evaluate/warnings.ts";
export type { Effort } from "./evaluate/efforts.ts";
export { loadModel, saveModel } from "./models/file.ts";
export type { Epoch } from "./models/history.ts";
export { ensemble, type EnsembleOptions } from "./models/ensemble.ts";
export type { Tensors } from "./graph/steps.ts";
export type { Graph, GraphNode, OpName } from "./graph/graph.ts";
export type { Shape } from "./ops/op.ts";
export type { Dropout, KeepRate } from "./graph/training_pass.ts";
export { families, familyNamed } from "./models/families.ts";
export { defineFamily } from "./models/define.ts";
export type { Family, FamilyKind, FamilyParts } from "./models/family.ts";
export { type Model, model } from "./models/model.ts";
export { preprocessed, type Preprocessing } from "./models/preprocessing.ts";
export * from "./models/mod.ts";
export type { AsyncClassifier, Classifier, Differentiable, Pass, Perturbation } from "./models/classifier.ts";
export type { Adam, Recipe, Sgd } from "./models/recipe.ts";
export { fillNormal, fillUniform, type Rng, rng } from "./rng.ts";
export {
  type Checkpoint,
  loadCheckpoint,
  type Objective,
  saveCheckpoint,
  trades,
  type TradesOptions,
  train,
  type TrainingPosition,
  type TrainOptions,
  type TrainProgress,
} from "./train/mod.ts";
export type { Field, FieldKind, Resolved, Schema } from "./schema.ts";
