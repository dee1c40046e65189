/** The one loop that all attacks run in: chunk by chunk, constraint by constraint, with the final check and judgement. @module */

import type { Region } from "../constraints/constraint.ts";
import { slice } from "../data/batch.ts";
import { type Matrix, rowOf } from "../matrix.ts";
import type { AsyncClassifier, Classifier, Differentiable } from "../models/classifier.ts";
import { type Rng, rng } from "../rng.ts";
import {
  type Call,
  type MatrixSource,
  oracle,
  ordinaryMatrices,
  predictionsOf,
  type Reply,
  replyAsync,
} from "./oracle.ts";
import { type Add, collected, type Outcome } from "./outcome.ts";
import { CHUNK, type Plan } from "./plan.ts";
import { type KnownModel, type Part, walk, type Walked } from "./walk.ts";

/**
 * What is done with the adversarial inputs of a chunk under constraint `i`, and the calls that this takes; `S` is what it needs
 * for that. It is a function of the module, not a closure: engines make a hidden class for each generator function made anew.
 */
type Receive<S> = (state: S, i: number, part: Part, walked: Walked) => Iterable<Call, void, Reply>;

/** The calls of the model that a plan takes. */
function* calls<S>(
  { model, plan, memory }: { model: KnownModel; plan: Plan; memory: MatrixSource },
  receive: Receive<S>,
  state: S,
): Generator<Call, void, Reply> {
  const { batch, run, criterion, constraints, nearest, chunk = CHUNK, signal, onProgress } = plan;
  // the nearest inputs serve every size
  const passes = nearest ? Math.min(1, constraints.length) : constraints.length;
  const total = Math.ceil(batch.x.rows / chunk) * passes;
  let done = 0;
  const before = (fraction: number) => {
    signal?.throwIfAborted();
    onProgress?.((done + fraction) / total);
  };
  for (const part of partsOf(plan, memory, { keepReplies: passes > 1 })) {
    for (let pass = 0; pass < passes; pass++, done++) {
      const constraint = constraints[pass];
      const walked = yield* walk(part, { model, criterion, constraint, memory, run, before });
      signal?.throwIfAborted();
      if (!nearest) yield* receive(state, pass, part, walked);
      else {
        for (let i = 0; i < constraints.length; i++) {
          yield* receive(state, i, part, within(constraints[i].around(part.x), walked, memory));
        }
      }
    }
  }
  onProgress?.(1);
}

/** The chunks of a batch. */
function* partsOf(
  { batch, target, seed, first, chunk = CHUNK }: Plan,
  memory: MatrixSource,
  { keepReplies }: { keepReplies: boolean },
): Generator<Part> {
  const { rows, cols } = batch.x, whole = rows <= chunk;
  // most attacks draw nothing
  let streams: Rng | undefined;
  for (let from = 0; from < rows; from += chunk) {
    const { x: inputs, labels } = whole ? batch : slice(batch, from, from + chunk);
    const x = memory("x", labels.length, cols);
    x.data.set(inputs.data);
    yield {
      from,
      x,
      labels,
      target: whole ? target : target?.subarray(from, from + labels.length),
      replies: keepReplies ? new Map() : undefined,
      rng: (row) => (streams ??= rng(seed)).split(batch.places?.[from + row] ?? first + from + row),
    };
  }
}

/** What was found, with the example itself in each row that the region does not allow. */
function within(region: Region, { x: found, tally }: Walked, memory: MatrixSource): Walked {
  const x = memory("nearest", found.rows, found.cols);
  x.data.set(found.data);
  for (let i = 0; i < x.rows; i++) {
    if (!region.fits(x, i)) rowOf(x, i).set(rowOf(region.original, i));
  }
  return { x, region, tally };
}

/** The outcomes of a plan whose results are checked and judged. */
function* judged(
  model: KnownModel,
  plan: Plan,
  memory: MatrixSource,
): Generator<Call, readonly Outcome[], Reply> {
  const { outcomes, add } = collected(plan, model.classes);
  yield* calls({ model, plan, memory }, judge, { model, name: plan.name, add });
  return outcomes;
}

/** Checks the inputs of a chunk, and adds what the model says of them. */
function* judge(
  { model, name, add }: { model: KnownModel; name: string; add: Add },
  i: number,
  part: Part,
  walked: Walked,
): Generator<Call, void, Reply> {
  check(name, part, walked);
  const reply = yield { ask: "scores", x: walked.x, place: (row) => part.from + row };
  add(i, part, walked, predictionsOf(model, reply));
}

/** @throws if an attack broke its constraint, which is a bug in it */
function check(name: string, { from }: Part, { region, x }: Walked): void {
  const broken = region.check(x);
  if (!broken) return;
  const where = broken.feature < 0 ? "" : `input ${broken.feature} of `;
  throw new Error(`${name} broke its constraint: ${where}example ${from + broken.row} ${broken.problem}`);
}

/** The adversarial inputs alone, unchecked and not judged, written to `out`. */
export function driveInputs(model: Differentiable, plan: Plan, out: Matrix): void {
  follow(model, (memory) => calls({ model, plan, memory }, copyInto, out));
}

/** Writes the inputs of a chunk where they belong, and asks nothing. */
function copyInto(out: Matrix, _: number, { from }: Part, { x }: Walked): readonly never[] {
  out.data.set(x.data, from * out.cols);
  return [];
}

/** The outcomes on a model that answers at once. */
export function driveSync(model: Classifier, plan: Plan): readonly Outcome[] {
  return follow(model, (memory) => judged(model, plan, memory));
}

/** The same in steps: yields the fraction done before each query. */
export function* driveSteps(model: Classifier, plan: Plan): Generator<number, readonly Outcome[]> {
  let fraction = 0;
  const onProgress = (done: number) => {
    fraction = done;
    plan.onProgress?.(done);
  };
  const source = oracle(model);
  try {
    const walk = judged(model, { ...plan, onProgress }, source.memory);
    let step = walk.next();
    while (!step.done) {
      yield fraction;
      step = walk.next(source.reply(step.value));
    }
    return step.value;
  } finally {
    source.end();
  }
}

/** What a walk comes to by the model's replies. */
function follow<T>(
  model: Classifier,
  start: (memory: MatrixSource) => Generator<Call, T, Reply>,
): T {
  const source = oracle(model);
  try {
    const walk = start(source.memory);
    let step = walk.next();
    while (!step.done) step = walk.next(source.reply(step.value));
    return step.value;
  } finally {
    source.end();
  }
}

/** The outcomes on a classifier whose answers may be promises, in calls of at most its `maxBatch` inputs. */
export async function driveAsync(model: AsyncClassifier, plan: Plan): Promise<readonly Outcome[]> {
  const walk = judged(model, plan, ordinaryMatrices());
  let step = walk.next();
  while (!step.done) step = walk.next(await replyAsync(model, step.value, plan.signal));
  return step.value;
}
