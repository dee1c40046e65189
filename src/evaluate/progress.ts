/** Progress of work that is part of other work. @module */

/** What `steps` come to, which are `part` of the whole after the fraction `from` of it. */
export function* scaleProgress<T>(
  steps: Generator<number, T>,
  from: number,
  part: number,
): Generator<number, T> {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    yield from + part * step.value;
  }
}
