/** The part of `@std/assert` that the project uses, over what Deno ships, for networks that do not reach JSR. */
import nodeAssert from "node:assert/strict";
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** Passes if `condition` is truthy. */
export function assert(condition: unknown, message = ""): asserts condition {
  nodeAssert(condition, message || undefined);
}

/** Passes if `actual` and `expected` are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(actual, expected, message);
}

/** Passes if `actual` and `expected` differ. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  notDeepStrictEqual(actual, expected, message);
}

/** Passes if both are the same value by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  nodeAssert.strictEqual(actual, expected, message);
}

/** Passes if the numbers differ by at most `tolerance`, by default 1e-7 of the expected one. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  const most = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Math.abs(expected - actual) <= most) return;
  nodeAssert.fail(
    message ?? `Expected actual: "${actual}" to be close to "${expected}": delta above ${most}`,
  );
}

/** Passes if `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  nodeAssert(actual.includes(expected), message ?? `Expected actual: "${actual}" to contain: "${expected}"`);
}

/** Passes if `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  nodeAssert.match(actual, expected, message);
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Passes if `run` throws an `ErrorClass` whose message includes `includes`; returns the error. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  errorClass?: ErrorClass<E>,
  includes?: string,
  message?: string,
): E {
  try {
    run();
  } catch (error) {
    return checkError(error, errorClass, includes, message);
  }
  nodeAssert.fail(message ?? "Expected function to throw");
}

/** Passes if `run` rejects with an `ErrorClass` whose message includes `includes`; resolves to the error. */
export async function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  includes?: string,
  message?: string,
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return checkError(error, errorClass, includes, message);
  }
  nodeAssert.fail(message ?? "Expected function to reject");
}

function checkError<E extends Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  includes?: string,
  message?: string,
): E {
  nodeAssert(error instanceof Error, message ?? "A non-Error object was thrown or rejected");
  if (errorClass) {
    nodeAssert(
      error instanceof errorClass,
      message ??
        `Expected error to be instance of "${errorClass.name}", but was "${error.constructor.name}": ${error.message}`,
    );
  }
  if (includes !== undefined) assertStringIncludes(error.message, includes, message);
  return error as E;
}
