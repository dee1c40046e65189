/**
 * Reads the models that scripts/bench/peers/onnx/models.py wrote, and compares scores, labels and gradients with what it found.
 *
 *     deno run -A tests/models/import/check.ts FOLDER [NAME]
 *
 * @module
 */

import { InputError, type Matrix, matrix, readNpy } from "../../../src/mod.ts";
import { readOnnx } from "../../../src/onnx.ts";
import { type Case, gapsOf } from "./compare.ts";

const [folder, only = ""] = Deno.args;
const cases: Record<string, Case> = JSON.parse(Deno.readTextFileSync(`${folder}/cases.json`));
let failures = 0;
for (const [name, each] of Object.entries(cases).filter(([name]) => name.includes(only))) {
  try {
    const gaps = check(name, each);
    const bad = each.refused || Object.values(gaps).some(({ value, limit }) => !(value <= limit));
    if (bad) failures++;
    const text = Object.entries(gaps).map(([what, { value }]) => `${what} ${value.toExponential(1)}`);
    console.log(`${bad ? "✗" : "✓"} ${name.padEnd(32)} ${text.join("  ")}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (!each.refused) failures++;
    console.log(`${each.refused ? "✓" : "✗"} ${name.padEnd(32)} ${error.message}`);
  }
}
console.log(failures === 0 ? "all as they should be" : `${failures} are not`);
Deno.exit(failures === 0 ? 0 : 1);

/** The bytes of a file of this model; nothing if there is none. */
function file(name: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(`${folder}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function array(name: string): Matrix | undefined {
  const bytes = file(`${name}.npy`);
  if (!bytes) return undefined;
  const { shape, data } = readNpy(bytes);
  return matrix(shape[0], data.length / shape[0], data as ArrayLike<number>);
}

function check(name: string, each: Case) {
  const data = file(`${name}.onnx.data`);
  using model = readOnnx(file(`${name}.onnx`)!, { external: data ? { [`${name}.onnx.data`]: data } : {} });
  return gapsOf(model, each, {
    x: array(`${name}.x`)!,
    y: array(`${name}.y`)!,
    labels: array(`${name}.label`)!.data,
    gradients: array(`${name}.g`),
  });
}
