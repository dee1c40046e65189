/** The one loop that all attacks run in: chunks, questions to the model, counting, the final check and judgement. @module */

import type { Constraint, Region } from "../constraints/constraint.ts";
import { type Batch, slice } from "../data/batch.ts";
import { predictedClasses, type Predictions } from "../predict.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { AsyncClassifier, Classifier, Differentiable } from "../models/classifier.ts";
import { type Rng, rng } from "../rng.ts";
import { type Criterion, fooledOf } from "./criteria.ts";
import {
  type Call,
  type MatrixSource,
  oracle,
  ordinaryMatrices,
  type Reply,
  replyAsync,
  said,
} from "./oracle.ts";
import type { Answer, AttackRun, Chunk, Query } from "./query.ts";

/** Examples that are attacked at once: enough for the matrix product, small enough to stay in cache. */
export const CHUNK = 250;

/** What is to be done to a batch. */
export interface Plan {
  /** Name of the attack, for messages. */
  readonly name: string;
  /** Its steps. */
  readonly run: (chunk: Chunk) => AttackRun;
  /** Whether it finds the nearest inputs, whatever the size: it then runs once for all constraints. */
  readonly nearest: boolean;
  /** Constraints that differ in size; one result for each. */
  readonly constraints: readonly Constraint[];
  /** `places`: of each example in a set of which these are some; default as `first` says. */
  readonly batch: Batch & { readonly places?: ArrayLike<number> };
  readonly target?: Int32Array;
  readonly criterion: Criterion;
  readonly seed: number;
  /** Place of the first example: an example draws from the stream of random numbers of its place. */
  readonly first: number;
  /** Examples that are attacked at once; default 250. */
  readonly chunk?: number;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** What became of a batch under one constraint. */
export interface Outcome extends Predictions {
  readonly x: Matrix;
  readonly fooled: Uint8Array;
  /** Queries of the model for each example, (B). */
  readonly queries: Int32Array;
  /** Examples for which a gradient was asked and found to be 0 in all inputs. */
  readonly zeroGradients: number;
}

const NONE = matrix(0, 0);

/**
 * Gives `take` the adversarial inputs of each chunk, for each constraint in turn; where they are judged, checked and with what
 * the model says of them.
 */
function* steps(
  model: Pick<Classifier, "inputs" | "classes" | "head">,
  plan: Plan,
  { room, judged, take }: {
    room: MatrixSource;
    judged: boolean;
    take: (found: Found, answer?: Predictions) => void;
  },
): Generator<Call, void, Reply> {
  const { batch, constraints, nearest, signal, onProgress, chunk = CHUNK } = plan;
  // most attacks draw nothing
  let streams: Rng | undefined;
  const { rows, cols } = batch.x;
  const passes = nearest ? Math.min(1, constraints.length) : constraints.length;
  const total = Math.ceil(rows / chunk) * passes;
  for (let from = 0, done = 0; from < rows; from += chunk) {
    const part = rows <= chunk ? batch : slice(batch, from, from + chunk);
    const count = part.labels.length;
    const x = room("x", count, cols);
    x.data.set(part.x.data);
    const target = rows <= chunk ? plan.target : plan.target?.subarray(from, from + count);
    // the same question at the same place, in each size
    const kept = passes > 1 ? new Map<string, Reply>() : undefined;
    for (let pass = 0; pass < passes; pass++, done++) {
      const constraint = constraints[pass];
      const region = constraint.around(x, (name) => room(name, count, cols));
      const tally = { queries: new Int32Array(count), zero: new Uint8Array(count) };
      const walk = plan.run({
        x,
        labels: part.labels,
        target,
        region,
        constraint,
        model,
        rng: (row) =>
          (streams ??= rng(plan.seed)).split(batch.places?.[from + row] ?? plan.first + from + row),
        matrix: (name, r = count, c = cols) => room(`attack ${name}`, r, c),
      });
      let step = walk.next();
      while (!step.done) {
        signal?.throwIfAborted();
        onProgress?.((done + (step.value.done ?? 0)) / total);
        const query = step.value;
        const { rows } = query;
        const call = { ...query, place: (row: number) => from + (rows ? rows[row] : row) };
        const reply = kept ? yield* ask(call, x, kept, room) : yield call;
        step = walk.next(answered(model, plan, { reply, query, tally, labels: target ?? part.labels }));
      }
      signal?.throwIfAborted();
      // the nearest inputs serve every size
      const [first, end] = nearest ? [0, constraints.length] : [pass, pass + 1];
      for (let i = first; i < end; i++) {
        const found = { from, part, region, target, tally, pass: i, x: step.value };
        if (nearest) {
          found.region = constraints[i].around(x, (name) => room(name, count, cols));
          found.x = within(found.region, step.value, room("nearest", count, cols));
        }
        if (judged) checked(plan.name, found);
        take(
          found,
          judged ? said(model, yield { ask: "scores", x: found.x, place: (row) => from + row }) : undefined,
        );
      }
    }
  }
  onProgress?.(1);
}

/** The rows of `found` that the region allows, and its own inputs for the others, in `out`. */
function within(region: Region, found: Matrix, out: Matrix): Matrix {
  out.data.set(found.data);
  for (let i = 0; i < out.rows; i++) {
    if (!region.fits(out, i)) rowsOf(out, i, i + 1).data.set(rowsOf(region.original, i, i + 1).data);
  }
  return out;
}

/** What the attack made of a chunk under one constraint. */
interface Found {
  readonly from: number;
  readonly pass: number;
  readonly part: Batch;
  readonly x: Matrix;
  readonly region: Region;
  readonly target?: Int32Array;
  readonly tally: { readonly queries: Int32Array; readonly zero: Uint8Array };
}

/** The model's reply; where it concerns the chunk's own inputs and was given before, that one. */
function* ask(
  query: Query & Call,
  x: Matrix,
  kept: Map<string, Reply>,
  room: MatrixSource,
): Generator<Call, Reply, Reply> {
  const key = query.ask === "gradient" ? query.key : query.ask;
  if (!key || query.x !== x || query.rows) return yield query;
  const copy = (name: string, m: Matrix | undefined) => {
    if (!m) return undefined;
    const out = room(name, m.rows, m.cols);
    out.data.set(m.data);
    return out;
  };
  let reply = kept.get(key);
  if (!reply) {
    const { scores, labels, gradient } = yield query;
    reply = {
      scores: copy(`kept scores of ${key}`, scores),
      labels: labels?.slice(),
      gradient: copy(`kept gradient of ${key}`, gradient),
    };
    kept.set(key, reply);
  }
  // the attack may write over a gradient
  return { ...reply, gradient: copy("gradient", reply.gradient) };
}

function answered(
  model: Pick<Classifier, "inputs" | "classes" | "head">,
  { criterion }: Plan,
  { reply, query, tally, labels }: {
    reply: Reply;
    query: Query;
    tally: Found["tally"];
    labels: Int32Array;
  },
): Answer {
  const { x, rows } = query;
  const { scores = NONE, gradient = NONE } = reply;
  for (let i = 0; i < x.rows; i++) tally.queries[rows ? rows[i] : i]++;
  if (query.ask === "gradient") markZeros(gradient, tally.zero, rows);
  return {
    scores,
    gradient,
    predicted: () => reply.labels ?? predictedClasses(model, scores),
    fooled: () => fooledOf(said(model, reply), criterion, rows ? rows.map((row) => labels[row]) : labels),
  };
}

/** Marks the examples whose gradient is 0 or no number in all inputs. */
function markZeros({ data, cols }: Matrix, zero: Uint8Array, rows?: Int32Array): void {
  for (let i = 0, at = 0; at < data.length; i++, at += cols) {
    let j = 0;
    while (j < cols && !(data[at + j] > 0 || data[at + j] < 0)) j++;
    if (j === cols) zero[rows ? rows[i] : i] = 1;
  }
}

/** @throws if an attack broke its constraint, which is a bug in it */
function checked(name: string, { region, x, from }: Found): void {
  const broken = region.check(x);
  if (!broken) return;
  const where = broken.feature < 0 ? "" : `input ${broken.feature} of `;
  throw new Error(`${name} broke its constraint: ${where}example ${from + broken.row} ${broken.problem}`);
}

/** The calls of a model that a plan takes, and what becomes of the batch by their replies, under each constraint. */
function drive(
  model: Pick<Classifier, "inputs" | "classes" | "head">,
  plan: Plan,
  room: MatrixSource,
): { walk: Generator<Call, void, Reply>; outcomes: readonly Outcome[] } {
  const { rows, cols } = plan.batch.x;
  const whole = rows > 0 && rows <= (plan.chunk ?? CHUNK);
  const outcomes = plan.constraints.map((): Filled | undefined =>
    whole ? undefined : emptyOutcome(rows, cols, model.classes)
  );
  const take = ({ from, pass, x, part, target, tally }: Found, said?: Predictions) => {
    const answer = said!;
    let zeros = 0;
    for (const each of tally.zero) zeros += each;
    const into = outcomes[pass];
    if (!into) {
      const copy = matrix(rows, cols);
      copy.data.set(x.data);
      outcomes[pass] = {
        x: copy,
        ...answer,
        fooled: fooledOf(answer, plan.criterion, target ?? part.labels),
        // a copy: the sizes that come after may be of the same walk
        queries: plan.nearest ? tally.queries.slice() : tally.queries,
        zeroGradients: zeros,
      };
      return;
    }
    into.x.data.set(x.data, from * cols);
    into.predicted.set(answer.predicted, from);
    into.confidence.set(answer.confidence, from);
    into.probabilities.data.set(answer.probabilities.data, from * model.classes);
    into.fooled.set(fooledOf(answer, plan.criterion, target ?? part.labels), from);
    into.queries.set(tally.queries, from);
    into.zeroGradients += zeros;
  };
  return { walk: steps(model, plan, { room, judged: true, take }), outcomes: outcomes as Outcome[] };
}

type Filled = { -readonly [K in keyof Outcome]: Outcome[K] };

function emptyOutcome(rows: number, cols: number, classes: number): Filled {
  return {
    x: matrix(rows, cols),
    predicted: new Int32Array(rows),
    confidence: new Float32Array(rows),
    probabilities: matrix(rows, classes),
    fooled: new Uint8Array(rows),
    queries: new Int32Array(rows),
    zeroGradients: 0,
  };
}

/** The adversarial inputs alone, unchecked and not judged, written to `out`. */
export function driveInputs(model: Differentiable, plan: Plan, out: Matrix): void {
  using near = oracle(model);
  const take = ({ from, x }: Found) => out.data.set(x.data, from * out.cols);
  replied(steps(model, plan, { room: near.room, judged: false, take }), near.reply);
}

/** Takes `walk` to its end by these replies. */
function replied(walk: Generator<Call, void, Reply>, reply: (call: Call) => Reply): void {
  let step = walk.next();
  while (!step.done) step = walk.next(reply(step.value));
}

/** The outcomes on a model that answers at once. */
export function driveSync(model: Classifier, plan: Plan): readonly Outcome[] {
  using near = oracle(model);
  const { walk, outcomes } = drive(model, plan, near.room);
  replied(walk, near.reply);
  return outcomes;
}

/** The same in steps: yields the fraction done before each query. */
export function* driveSteps(model: Classifier, plan: Plan): Generator<number, readonly Outcome[]> {
  using near = oracle(model);
  let fraction = 0;
  const onProgress = (done: number) => {
    fraction = done;
    plan.onProgress?.(done);
  };
  const { walk, outcomes } = drive(model, { ...plan, onProgress }, near.room);
  let step = walk.next();
  while (!step.done) {
    yield fraction;
    step = walk.next(near.reply(step.value));
  }
  return outcomes;
}

/** The outcomes on a classifier whose answers may be promises, in calls of at most its `maxBatch` inputs. */
export async function driveAsync(model: AsyncClassifier, plan: Plan): Promise<readonly Outcome[]> {
  const { walk, outcomes } = drive(model, plan, ordinaryMatrices());
  let step = walk.next();
  while (!step.done) step = walk.next(await replyAsync(model, step.value, plan.signal));
  return outcomes;
}
