/** What goes wrong with a request, told as RFC 9457 has it. @module */

import { InputError } from "../errors.ts";

/** Media type of a problem. */
export const PROBLEM = "application/problem+json";

/** Titles of the statuses that a problem may have, as RFC 9110 names them. */
export const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  499: "Client Closed Request",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A request that cannot be answered, and why in one sentence. */
export class Problem extends Error {
  override name = "Problem";

  /** A problem of HTTP status `status`, and with these headers in its response. */
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The response to a request that ended in `error`; a bug is reported as status 500 without its message. */
export function problemResponse(error: unknown): Response {
  const { status, message, headers } = callerProblem(error) ??
    new Problem(500, "Cannot answer: something went wrong here, not with the request");
  const body = { type: "about:blank", title: TITLES[status], status, detail: message };
  return new Response(JSON.stringify(body), { status, headers: { ...headers, "content-type": PROBLEM } });
}

/** `error` as the caller's problem; nothing if it is a bug. */
export function callerProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  return error instanceof InputError ? new Problem(422, error.message) : undefined;
}
