/** How a model was trained, epoch by epoch. @module */

/** One finished epoch. */
export interface Epoch {
  /** Mean loss over the epoch's examples, in nats. */
  readonly loss: number;
  /** Error rate on the validation examples, if there are any. */
  readonly validationError?: number;
  /** What `monitor` measured, if there is one. */
  readonly monitored?: Readonly<Record<string, number>>;
}

/** Whether `value`, of a file, is a list of epochs. */
export function isHistory(value: unknown): value is Epoch[] {
  return Array.isArray(value) && value.every((epoch) => {
    if (!isObject(epoch)) return false;
    const { loss, validationError = 0, monitored = {} } = epoch;
    return Number.isFinite(loss) && Number.isFinite(validationError) && isObject(monitored);
  });
}

/** Whether it is an object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value?.constructor === Object;
}
