/** The one error that says that what the caller gave does not work. @module */

/**
 * What kind of mistake it was:
 *
 * | code | meaning |
 * |---|---|
 * | `value` | a number or word out of what is allowed |
 * | `shape` | sizes, types or parts that do not fit each other |
 * | `option` | a name that is none of the options |
 * | `format` | bytes or text that cannot be read |
 * | `state` | a saved state of another training, or an object that was disposed |
 * | `diverged` | a training whose numbers are no longer finite |
 * | `host` | something that this host does not offer |
 * | `aborted` | work that ended before its result, at a time limit or because the other side did not answer |
 */
export type ErrorCode =
  | "value"
  | "shape"
  | "option"
  | "format"
  | "state"
  | "diverged"
  | "host"
  | "aborted";

/**
 * A mistake that the caller can mend, told in one sentence: the action that failed, what came, what would do. Everything
 * else that is thrown is a bug.
 *
 * @example
 * ```ts
 * import { InputError, matrix } from "@gibbon/gibbon";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => matrix(2, 2, [1, 2, 3]), InputError);
 * assertEquals(error.code, "shape");
 * ```
 */
export class InputError extends Error {
  /** Always `"InputError"`. */
  override name = "InputError";

  /** A mistake of kind `code`: `action` failed, in words that follow "Cannot", for `reason`, which says what would do. */
  constructor(
    readonly code: ErrorCode,
    readonly action: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`Cannot ${action}: ${reason}`, options);
  }

  /** The same mistake as the failure of another action, such as opening the file in which it was found. */
  about(action: string): InputError {
    return new InputError(this.code, action, this.reason, { cause: this });
  }
}
