/** A bucket of S3 or of a compatible service as a store of jobs. @module */

import type { Store } from "../../src/jobs/store.ts";
import { reason, UserError } from "../errors.ts";
import { optional } from "./packages.ts";

/** How often a service is asked that does not answer or is busy, and milliseconds before the second time; then twice as many. */
const TRIES = 6, BACKOFF = 100;

/**
 * The store `s3://BUCKET/PREFIX`. Credentials and address come from the environment, as for the service's own tools:
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.
 *
 * @throws {UserError} if it lacks one
 */
export async function s3Store(name: string): Promise<Store> {
  const [, bucket, prefix] = name.match(/^s3:\/\/([^/]+)\/?(.*?)\/?$/) ?? [];
  const [accessKeyId, secretAccessKey] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((variable) => {
    const value = Deno.env.get(variable);
    if (value) return value;
    throw new UserError(`Cannot use the store ${name}: the environment has no ${variable}`);
  });
  const region = Deno.env.get("AWS_REGION") ?? "us-east-1";
  const service = Deno.env.get("AWS_ENDPOINT_URL") ?? `https://s3.${region}.amazonaws.com`;
  const { S3mini } = await optional<typeof import("s3mini")>("s3mini", `use the store ${name}`);
  const client = new S3mini({ accessKeyId, secretAccessKey, region, endpoint: `${service}/${bucket}` });
  const pathOf = (key: string) => prefix ? `${prefix}/${key}` : key;
  const place = (key: string) => `s3://${bucket}/${pathOf(key)}`;
  const reported = async <T>(verb: string, key: string, what: () => Promise<T>): Promise<T> => {
    for (let tries = 1;; tries++) {
      try {
        return await what();
      } catch (error) {
        if (tries === TRIES || !mayPass(error)) {
          throw new Error(`Cannot ${verb} ${place(key)}: ${reason(error)}`);
        }
        await new Promise((go) => setTimeout(go, BACKOFF * 2 ** (tries - 1)));
      }
    }
  };
  return {
    place,
    has: async (key) => await reported("look for", key, () => client.objectExists(pathOf(key))) === true,
    async get(key) {
      const found = await reported("read", key, () => client.getObjectArrayBuffer(pathOf(key)));
      return found ? new Uint8Array(found) : undefined;
    },
    async put(key, bytes) {
      await reported("write", key, () => client.putObject(pathOf(key), bytes as Uint8Array<ArrayBuffer>));
    },
    async delete(key) {
      await reported("delete", key, () => client.deleteObject(pathOf(key)));
    },
  };
}

/** Whether the same request may be answered a moment later: the service fails or is busy, or was not reached. */
function mayPass(error: unknown): boolean {
  const status = (error as { status?: unknown }).status;
  return typeof status === "number" ? status >= 500 || status === 429 : true;
}
