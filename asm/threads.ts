// Entry of the threaded binaries. Instances of one memory: the main one allocates and hands out jobs, each other is a
// worker, which runs `work` on a block of its own until it is told to end.
//
// A block is 512 bytes, zeros at first except for `done`, which is -1 until the worker is ready:
//     0  i32  posted: number of the last job
//     4  i32  asleep: whether the worker waits for `posted` to change
//     8  i32  the job's place in the list of jobs, or -1: end
//    12  i32  pages of memory that there are
//    64  i32  done: number of the last job that is done
//    68  i32  joining: whether the main thread waits for `done` to change
//    72  f64  what the job returned
//   128  f64  up to 24 arguments, as a host would pass them
//   320  i32  the same as whole numbers

import { dispatch } from "./dispatch";
import { In, IntIn, Out } from "./operands";
import { sgdGather } from "./optimizer";
import { packedA, SCRATCH, setScratch } from "./scratch";

export * from "./mod";
export { conv2dParametersPart } from "./convolution";
export { gemmPart } from "./gemm";
export { rbfParametersPart } from "./rbf";
export { gatherPanelsPart, gatherRowsPart, listWinnersByPiecePart, transposePanelsPart } from "./sparse";
export { setScratch };

/** sgdGather with this thread's room as `row` where that is 0: cols at most 96000. */
export function sgdGatherPart(
  p: Out, v: Out, row: Out, g: In, indices: IntIn, values: In, counts: IntIn, x: In, onto: i32,
  learningRate: f32, momentum: f32, l1: f32, weightDecay: f32, maxNorm: f32,
  rows: usize, cols: usize, height: usize, capacity: usize,
): void {
  if (row == 0) row = packedA;
  sgdGather(
    p, v, row, g, indices, values, counts, x, onto, learningRate, momentum, l1, weightDecay, maxNorm,
    rows, cols, height, capacity,
  );
}

/** Looks at the next job before a worker sleeps: some 50 us, which is what waking it would cost. */
const SPINS: i32 = 40000;
/** Looks at a job's end before the main thread sleeps: a core waits for nothing else meanwhile. */
const SPINS_JOINING: i32 = 400000;

/** Bytes of memory that each instance packs in. */
export function scratchBytes(): usize {
  return SCRATCH;
}

/** Does the jobs that are posted at `block` until one says to end. */
export function work(block: usize, scratch: usize): void {
  setScratch(scratch);
  let last = 0;
  atomic.store<i32>(block, last, 64);
  while (true) {
    last = nextAfter(last, block);
    const job = load<i32>(block, 8);
    if (job < 0) return;
    // an engine may tell this thread late that another has grown the memory
    while (memory.size() < load<i32>(block, 12)) atomic.load<i32>(block);
    store<f64>(block, dispatch(job, block + 128), 72);
    atomic.store<i32>(block, last, 64);
    if (atomic.load<i32>(block, 68)) atomic.notify(block + 64, 1);
  }
}

/** The number of the job after `last`, once it is there. */
function nextAfter(last: i32, block: usize): i32 {
  for (let i = 0; i < SPINS; i++) {
    const posted = atomic.load<i32>(block);
    if (posted != last) return posted;
  }
  // whoever posts sees that this sleeps, or this sees what was posted
  atomic.store<i32>(block, 1, 4);
  while (atomic.load<i32>(block) == last) atomic.wait<i32>(block, last, -1);
  atomic.store<i32>(block, 0, 4);
  return atomic.load<i32>(block);
}

/** Gives the worker at `block` a job, whose arguments lie there. */
export function post(block: usize, job: i32): void {
  store<i32>(block, job, 8);
  store<i32>(block, memory.size(), 12);
  atomic.store<i32>(block, load<i32>(block) + 1);
  if (atomic.load<i32>(block, 4)) atomic.notify(block, 1);
}

/** What the job at `block` returned, once it is done. With `mayWait` the thread sleeps in time. */
export function join(block: usize, mayWait: i32): f64 {
  const posted = load<i32>(block);
  for (let i = 0; i < SPINS_JOINING || !mayWait; i++) {
    if (atomic.load<i32>(block, 64) == posted) return load<f64>(block, 72);
  }
  atomic.store<i32>(block, 1, 68);
  while (atomic.load<i32>(block, 64) != posted) atomic.wait<i32>(block + 64, posted - 1, -1);
  atomic.store<i32>(block, 0, 68);
  return load<f64>(block, 72);
}
