/** Packages that only a queue or a bucket needs, and that nothing else loads. @module */

import { reason, UserError } from "../errors.ts";

/**
 * The module of the package `name`, for `purpose`.
 *
 * @throws {UserError} if it is not installed
 */
export async function optional<T>(name: string, purpose: string): Promise<T> {
  try {
    return await import(name);
  } catch (error) {
    throw new UserError(`Cannot ${purpose}: package ${name} cannot be loaded: ${reason(error)}`);
  }
}
