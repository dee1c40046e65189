/** One attack on one chunk of examples within one constraint: its queries become calls of the model, which are counted. @module */

import type { Constraint, Region } from "../constraints/constraint.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Batch } from "../data/batch.ts";
import type { Classifier } from "../models/classifier.ts";
import { predictedClasses } from "../predict.ts";
import type { Rng } from "../rng.ts";
import { type Criterion, fooledOf } from "./criteria.ts";
import { type Call, type MatrixSource, predictionsOf, type Reply } from "./oracle.ts";
import type { Answer, AttackRun, Chunk, Query } from "./query.ts";

/** What is known of the classifier that is attacked. */
export type KnownModel = Pick<Classifier, "inputs" | "classes" | "head">;

/** A chunk of a batch. */
export interface Part extends Omit<Batch, "classes"> {
  /** Place of its first example in the batch. */
  readonly from: number;
  /** The classes aimed at, (N). */
  readonly target?: Int32Array;
  /** Replies about the inputs `x` themselves, which each size asks for anew; none where there is one size alone. */
  readonly replies?: Map<string, Reply>;
  /** The stream of random numbers of an example. */
  rng(row: number): Rng;
}

/** What became of a chunk. */
export interface Walked {
  readonly x: Matrix;
  readonly region: Region;
  readonly tally: Tally;
}

/** Of each example, how many queries it took, and whether a gradient was 0 in all its inputs. */
export interface Tally {
  readonly queries: Int32Array;
  readonly zeroGradient: Uint8Array;
}

/** The calls of one run of an attack; `before` is called before each, with the fraction done. */
export function* walk(
  part: Part,
  { model, criterion, constraint, memory, run, before }: {
    model: KnownModel;
    criterion: Criterion;
    constraint: Constraint;
    memory: MatrixSource;
    run: (chunk: Chunk) => AttackRun;
    before: (fraction: number) => void;
  },
): Generator<Call, Walked, Reply> {
  const { from, x, labels, target, replies, rng } = part, { rows, cols } = x;
  const region = constraint.around(x, (name) => memory(name, rows, cols));
  const tally = { queries: new Int32Array(rows), zeroGradient: new Uint8Array(rows) };
  const steps = run({
    x,
    labels,
    target,
    region,
    constraint,
    model,
    rng,
    matrix: (name, r = rows, c = cols) => memory(`attack ${name}`, r, c),
  });
  let step = steps.next();
  while (!step.done) {
    const query = step.value, { rows: places } = query;
    before(query.done ?? 0);
    const call = { ...query, place: (row: number) => from + (places ? places[row] : row) };
    const key = replies && query.x === x && !places ? keyOf(query) : undefined;
    const reply = key ? yield* askOnce(call, replies!, key, memory) : yield call;
    count(tally, query, reply);
    step = steps.next(answer(model, criterion, { reply, rows: places, labels: target ?? labels }));
  }
  return { x: step.value, region, tally };
}

/** What a query about the inputs themselves is remembered by, if it may be. */
function keyOf({ ask, key }: Query): string | undefined {
  return ask === "gradient" ? key : ask;
}

/** The reply that was given before, or the model's, a copy of which is kept. */
function* askOnce(
  call: Call,
  replies: Map<string, Reply>,
  key: string,
  memory: MatrixSource,
): Generator<Call, Reply, Reply> {
  const copy = (name: string, m: Matrix | undefined) => {
    if (!m) return undefined;
    const out = memory(name, m.rows, m.cols);
    out.data.set(m.data);
    return out;
  };
  let reply = replies.get(key);
  if (!reply) {
    const { scores, labels, gradient } = yield call;
    reply = {
      scores: copy(`kept scores of ${key}`, scores),
      labels: labels?.slice(),
      gradient: copy(`kept gradient of ${key}`, gradient),
    };
    replies.set(key, reply);
  }
  // the attack may write over a gradient
  return { ...reply, gradient: copy("gradient", reply.gradient) };
}

/** Counts a query, and the examples whose gradient is 0 or no number in all inputs. */
function count({ queries, zeroGradient }: Tally, { x, rows }: Query, { gradient }: Reply): void {
  for (let i = 0; i < x.rows; i++) queries[rows ? rows[i] : i]++;
  if (!gradient) return;
  const { data, cols } = gradient;
  for (let i = 0, at = 0; at < data.length; i++, at += cols) {
    let j = 0;
    while (j < cols && !(data[at + j] > 0 || data[at + j] < 0)) j++;
    if (j === cols) zeroGradient[rows ? rows[i] : i] = 1;
  }
}

const NONE = matrix(0, 0);

function answer(
  model: KnownModel,
  criterion: Criterion,
  { reply, rows, labels }: { reply: Reply; rows?: Int32Array; labels: Int32Array },
): Answer {
  const { scores = NONE, gradient = NONE } = reply;
  return {
    scores,
    gradient,
    predicted: () => reply.labels ?? predictedClasses(model, scores),
    fooled: () =>
      fooledOf(predictionsOf(model, reply), criterion, rows ? rows.map((row) => labels[row]) : labels),
  };
}
