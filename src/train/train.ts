/** Training by minibatches. @module */

import { InputError } from "../errors.ts";
import type { Batch, Examples } from "../data/batch.ts";
import { predict } from "../predict.ts";
import { allFinite } from "../matrix.ts";
import type { Executor } from "../graph/executor.ts";
import type { Tensors } from "../graph/steps.ts";
import type { Family } from "../models/family.ts";
import type { Epoch } from "../models/history.ts";
import { bind, executorOf, type Model } from "../models/model.ts";
import { type Rng, rng } from "../rng.ts";
import { checkObject } from "../checks.ts";
import { optimizer } from "./optimizer.ts";
import { type ResolvedOptions, resolveOptions, type TrainOptions } from "./options.ts";
import { capture, type Checkpoint, restore, type TrainingPosition } from "./checkpoint.ts";
import { setup } from "./identity.ts";
import { makeStep } from "./step.ts";

/** Multiply-adds between two pauses in which a signal can arrive: some tens of milliseconds. */
const PAUSE_AFTER = 2 ** 27;
/** Of so many pauses one waits for a timer: between messages alone, Deno looks for Ctrl-C at every sixtieth or so. */
const TIMED = 8;

/**
 * A model of `start`, a family, trained on `examples` by minibatch gradient descent, with the family's recipe unless the
 * options say otherwise. Given a model in place of a family, training goes on from its parameters.
 *
 * With the fast gradient sign method as `perturbation` this is adversarial training (paper, section 6). With
 * `validation` the best epoch's model is returned, else the last one's.
 *
 * @example
 * ```ts
 * import { digits, measure, softmaxLinear, train } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const data = digits({ seed: 1, train: 1000, test: 200 });
 * using model = await train(softmaxLinear({ inputs: 784, classes: 10 }), data.train, { epochs: 2, seed: 1 });
 * assert(measure(model, data.test).errorRate < 0.5);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or the loss is no longer finite
 * @throws {InputError} if the examples do not fit the model, or `resume` is of another training
 */
export async function train(
  start: Family | Model,
  examples: Examples,
  options: TrainOptions = {},
): Promise<Model> {
  checkObject("train", start, "what to train");
  const family = "family" in start ? start.family : start;
  const settings = resolveOptions(family, examples, options), { data } = settings;
  const random = rng(settings.seed);
  const network = executorOf(
    family,
    "family" in start ? start.tensors() : family.initial(random.split("initial"), data),
  );
  try {
    const model = bind(family, network, { record: record(settings, network.workspace.kernels) });
    const { history, best } = await epochs(network, model, { data, settings, random });
    if (best) network.load(best.tensors);
    else network.endTraining();
    return bind(family, network, {
      record: { ...model.record, epochs: `${best?.epoch ?? history.length}` },
      history,
    });
  } catch (error) {
    // whatever ended it
    network[Symbol.dispose]();
    throw error;
  }
}

/** Runs all epochs that are left; returns what became of them, and the best one's tensors if validation picks. */
async function epochs(
  network: Executor,
  model: Model,
  { data, settings, random }: { data: Batch; settings: ResolvedOptions; random: Rng },
): Promise<{ history: readonly Epoch[]; best?: { epoch: number; tensors: Tensors } }> {
  const { recipe, epochs, patience, signal, resume } = settings;
  const { family } = model;
  const step = makeStep(network, model, { data, options: settings });
  const { state, update } = optimizer(recipe, network.parameters, network.training.scope());
  const kept = {
    ...Object.fromEntries(network.parameters.map(({ name, value }) => [name, value])),
    ...network.running,
    ...state,
  };
  const setupOf = (former?: boolean) => setup(family, data, settings, former);
  const identity: Checkpoint["setup"] = settings.onCheckpoint ? setupOf() : {};
  const { batchSize } = recipe;
  const batches = Math.ceil(data.x.rows / batchSize);

  let at: TrainingPosition = { history: [], step: 0, stepInEpoch: 0, lossSum: 0 };
  let best: Tensors | undefined;
  if (resume) {
    ({ position: at, best } = restore(resume, kept, { setup: setupOf, shapes: family.shapes, batches }));
    if (at.step > 0) network.refresh();
  }
  const save = () => settings.onCheckpoint?.(capture(kept, best, { position: at, setup: identity }));
  const work = batchSize * network.parameters.reduce((sum, { value }) => sum + value.rows * value.cols, 0);
  const report = (epoch: number, loss: number, end: { epochEnd: boolean; validationError?: number }) =>
    settings.onProgress?.({ epoch, epochs, step: at.step, steps: epochs * batches, loss, model, ...end });

  const checkFinite = (epoch: number) => {
    const values = [...network.parameters.map(({ value }) => value), ...Object.values(network.running)];
    if (!values.every(({ data }) => allFinite(data))) diverged(epoch, "model");
  };

  let worked = 0, pauses = 0;
  while (at.history.length < epochs && !(at.best && at.history.length - at.best.epoch >= patience)) {
    const epoch = at.history.length;
    const order = random.split("order", epoch).permutation(data.x.rows);
    while (at.stepInEpoch < batches) {
      if (signal?.aborted) {
        checkFinite(epoch + 1);
        await save();
        throw signal.reason;
      }
      const from = at.stepInEpoch * batchSize;
      const count = Math.min(batchSize, data.x.rows - from);
      at.lossSum += step(order, from, count, random.split("step", at.step));
      if (!Number.isFinite(at.lossSum)) diverged(epoch + 1, "loss");
      update(at.step, epoch);
      network.refresh();
      at.step++;
      at.stepInEpoch++;
      if ((worked += work) >= PAUSE_AFTER) {
        worked = 0;
        await report(epoch + 1, at.lossSum / (from + count), { epochEnd: false });
        await pause(pauses++ % TIMED === 0);
      }
    }
    checkFinite(epoch + 1);
    const loss = at.lossSum / data.x.rows;
    const validationError = validate(model, settings, random.split("validation", epoch));
    const monitored = settings.monitor?.(model);
    const finished = {
      loss,
      ...(validationError !== undefined && { validationError }),
      ...(monitored && { monitored }),
    };
    at.history = [...at.history, finished];
    if (validationError !== undefined && validationError < (at.best?.error ?? Infinity)) {
      at.best = { epoch: epoch + 1, error: validationError };
      best = model.tensors();
    }
    at = { ...at, stepInEpoch: 0, lossSum: 0 };
    await report(epoch + 1, loss, { epochEnd: true, validationError });
    await save();
  }
  return { history: at.history, best: at.best && { epoch: at.best.epoch, tensors: best! } };
}

function diverged(epoch: number, what: string): never {
  throw new InputError(
    "diverged",
    `train beyond epoch ${epoch}`,
    `training diverged, the ${what} is not finite; lower the learning rate`,
  );
}

/** Lets messages in, and with `timed` all else; a timer of 0 waits for milliseconds, a tenth of the time between pauses. */
function pause(timed: boolean): Promise<void> {
  return new Promise((resolve) => {
    // workerd has no channels
    if (timed || typeof MessageChannel === "undefined") return void setTimeout(resolve, 0);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Error rate on the validation examples, perturbed if that is asked for. */
function validate(
  model: Model,
  { validation, validationPerturbation }: ResolvedOptions,
  random: Rng,
): number | undefined {
  if (!validation) return undefined;
  const x = validationPerturbation?.apply(model, validation, random.key) ?? validation.x;
  const { predicted } = predict(model, x);
  return predicted.reduce((errors, label, i) => errors + Number(label !== validation.labels[i]), 0) / x.rows;
}

/** What a file says of how its model was trained. */
function record(
  { recipe, seed, alpha, perturbation, objective }: ResolvedOptions,
  kernels: string,
): Record<string, string> {
  return {
    recipe: JSON.stringify(recipe),
    seed: `${seed}`,
    kernels,
    ...(perturbation && { perturbation: perturbation.name }),
    ...(objective ? { objective: objective.name } : perturbation && { alpha: `${alpha}` }),
  };
}
