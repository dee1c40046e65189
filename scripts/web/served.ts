/** A file server for the built page. @module */

import { reason, UserError } from "../errors.ts";

/**
 * Serves `page`, and nothing else, on this machine alone, until the signal aborts it.
 *
 * @throws {UserError} if the port cannot be had
 */
export function served(
  page: string,
  { port, signal, onListen }: { port: number; signal?: AbortSignal; onListen: (address: string) => void },
): { finished: Promise<void> } {
  const answer = (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/" && pathname !== "/index.html") return new Response("Not found\n", { status: 404 });
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  };
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal,
      onListen: ({ port }) => onListen(`http://127.0.0.1:${port}/`),
    }, answer);
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse ? "something else is there" : reason(error);
    throw new UserError(`Cannot serve at port ${port}: ${why}`);
  }
}
