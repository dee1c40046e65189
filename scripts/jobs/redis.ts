/** Connections to a queue's server. @module */

import type { Redis, RedisOptions } from "ioredis";
import { reason, UserError } from "../errors.ts";
import { optional } from "./packages.ts";

/** Name of the queue on its server. */
export const QUEUE = "gibbon";

/** Channel of the ids of jobs that must stop. */
export const CANCEL = "gibbon:cancel";

/** Milliseconds within which a server answers, how often it is asked at first, and milliseconds between. */
const PATIENCE = 5000, TRIES = 4, PAUSE = 1000;

/** The variable of the environment with the queue's password, for addresses without one: command lines are seen and logged. */
const PASSWORD = "GIBBON_QUEUE_PASSWORD";

/** What makes connections to one server. */
export interface Server {
  /** The address without what is secret in it. */
  readonly shown: string;
  /** A connection that reconnects by itself and resumes. */
  connect(): Redis;
  /** Ends all connections made here; their users must not end them. */
  close(): void;
}

/**
 * The server at `url`, `redis://` or with TLS `rediss://`, with the user and password in it if it wants them, or the password in the environment.
 *
 * @throws {UserError} if it does not answer now
 */
export async function serverAt(url: string, onNote: (text: string) => void): Promise<Server> {
  const { Redis } = await optional<typeof import("ioredis")>("ioredis", "use a queue");
  const shown = withoutSecrets(url);
  const address = withPassword(url);
  for (let tries = 1;; tries++) {
    const probe = new Redis(address, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: PATIENCE,
    });
    // the reason of a failed connection is only reported here
    let said: unknown;
    probe.on("error", (error: Error) => said = error);
    try {
      await probe.connect();
      await probe.ping();
      break;
    } catch (error) {
      if (tries === TRIES || !mayPass(said)) {
        throw new UserError(`Cannot use the queue at ${shown}: ${reason(said ?? error)}`);
      }
      // a server that has just started reads its files first
      await new Promise((go) => setTimeout(go, PAUSE));
    } finally {
      probe.disconnect();
    }
  }
  let lost = false;
  const made: Redis[] = [];
  const options: RedisOptions = {
    // commands wait while the server is unreachable
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 2000),
  };
  return {
    shown,
    connect() {
      const redis = new Redis(address, options);
      redis.on("error", (error: Error) => {
        if (lost) return;
        lost = true;
        onNote(
          `The queue at ${shown} does not answer (${reason(error)}); work resumes when it answers again`,
        );
      });
      redis.on("ready", () => {
        if (lost) onNote(`The queue at ${shown} is back`);
        lost = false;
      });
      made.push(redis);
      return redis;
    },
    close() {
      for (const redis of made) redis.disconnect();
    },
  };
}

/** `url` with the password of the environment, if it has none itself. */
function withPassword(url: string): string {
  const parsed = new URL(url), password = Deno.env.get(PASSWORD);
  if (password !== undefined && parsed.password === "") parsed.password = encodeURIComponent(password);
  return parsed.href;
}

/** Whether a server that was not reached for that reason may be a moment later: passwords and certificates stay wrong. */
function mayPass(why: unknown): boolean {
  if (!(why instanceof Error)) return true;
  // the server's own message that it is reading its files
  if (why.name === "ReplyError") return why.message.startsWith("LOADING");
  const { code } = why as { code?: string };
  return code === undefined || ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code);
}

/** `url` without user and password. @throws {UserError} if it is no address of such a server */
export function withoutSecrets(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed || !["redis:", "rediss:"].includes(parsed.protocol)) {
    throw new UserError("--queue must be the address of a server, such as redis://localhost:6379", 2);
  }
  const { protocol, host, pathname } = parsed;
  return `${protocol}//${host}${pathname}`;
}
