/** Results of a measurement of certificates, in a file of JSON lines. @module */

import type { Certificate } from "../../../src/mod.ts";
import { sha256 } from "../../../src/data/sha256.ts";
import { UserError } from "../../errors.ts";
import type { Setting } from "./spread.ts";

/** A file of results. */
export interface Log {
  /** What is certified or falsified, by row. */
  readonly settled: ReadonlyMap<number, Certificate>;
  append(row: number, certificate: Certificate): void;
}

/** The log at `path` for this saved model and constraint; a new one if the file does not exist. */
export async function logOf(
  path: string,
  { model, constraint }: Pick<Setting, "constraint"> & { model: Uint8Array<ArrayBuffer> },
): Promise<Log> {
  const about = JSON.stringify({ model: sha256(model), constraint });
  const text = await Deno.readTextFile(path).catch(() => "");
  // a line that was cut off is ignored
  const [first, ...lines] = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
  if (first !== undefined && first !== about) {
    throw new UserError(`Cannot resume from ${path}: it is about another model or constraint`);
  }
  const settled = new Map<number, Certificate>();
  for (const { row, ...certificate } of lines.map((line) => JSON.parse(line))) {
    if (certificate.certified || certificate.falsified) settled.set(row, certificate);
  }
  const whole = [about, ...lines, ""].join("\n");
  if (whole !== text) await Deno.writeTextFile(path, whole);
  return {
    settled,
    append(row, certificate) {
      Deno.writeTextFileSync(path, `${JSON.stringify({ row, ...certificate })}\n`, { append: true });
    },
  };
}
