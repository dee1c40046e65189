/** The one error that says that what the caller gave does not work. @module */

/**
 * The kind of mistake:
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

/** Characters of a message, and of the action in it. */
const MAX_MESSAGE = 400, MAX_ACTION = 160;

/**
 * A mistake of the caller, described in one sentence: the action that failed, what was given, what is expected.
 * Everything else that is thrown is a bug. A message has at most 400 characters and no control characters.
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

  /** The action that failed, in words that follow "Cannot". */
  readonly action: string;
  /** What was given, and what is expected. */
  readonly reason: string;

  /** A mistake of kind `code`: `action` failed, in words that follow "Cannot", for `reason`, which says what would do. */
  constructor(readonly code: ErrorCode, action: string, reason: string, options?: ErrorOptions) {
    const what = line(action, MAX_ACTION);
    const why = line(reason, MAX_MESSAGE - what.length - "Cannot : ".length);
    super(`Cannot ${what}: ${why}`, options);
    this.action = what;
    this.reason = why;
  }

  /** The same mistake as the failure of another action, such as opening the file in which it was found. */
  about(action: string): InputError {
    return new InputError(this.code, action, this.reason, { cause: this });
  }
}

/** `text` in one line of at most `max` characters: what is too long loses its middle. */
function line(text: string, max: number): string {
  const plain = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  if (plain.length <= max) return plain;
  const end = Math.floor(max / 3);
  return `${plain.slice(0, max - end - 1)}…${plain.slice(-end)}`;
}
