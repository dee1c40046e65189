/**
 * Reads the models that scripts/bench/peers/keras/models.py and tfjs.mjs wrote, and compares scores, labels and gradients.
 *
 *     deno run -A tests/models/import/check_keras.ts FOLDER
 *
 * @module
 */

import { readTfjs, tfjsFiles } from "../../../src/tfjs.ts";
import { InputError, matrix } from "../../../src/mod.ts";
import { readKerasFile } from "../../../scripts/data/keras.ts";
import { type Case, gapsOf } from "./compare.ts";

interface Asked extends Case {
  readonly x: readonly number[][];
  readonly y: readonly number[][];
}

const [folder] = Deno.args;
const cases: Record<string, Asked> = JSON.parse(Deno.readTextFileSync(`${folder}/cases.json`));
const rows = (of: readonly number[][]) => matrix(of.length, of[0].length, of.flat());
const bytesOf = (path: string) => Deno.readFileSync(`${folder}/${path}`);
/** What is refused by name: a dense layer over a sequence is gathered by operators of graphs that are not known here. */
const REFUSED = ["graph_sequence"];
let failures = 0;
for (const [name, each] of Object.entries(cases)) {
  try {
    using model = await read(name);
    const labels = each.y.map((r) => r.length === 1 ? Number(r[0] > 0.5) : r.indexOf(Math.max(...r)));
    const gaps = gapsOf(model, each, { x: rows(each.x), y: rows(each.y), labels }, { examples: 2 });
    const bad = Object.values(gaps).some(({ value, limit }) => !(value <= limit));
    if (bad) failures++;
    const text = Object.entries(gaps).map(([what, { value }]) => `${what} ${value.toExponential(1)}`);
    console.log(`${bad ? "✗" : "✓"} ${name.padEnd(24)} ${text.join("  ")}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const expected = REFUSED.includes(name);
    if (!expected) failures++;
    console.log(`${expected ? "✓" : "✗"} ${name.padEnd(24)} ${error.message}`);
  }
}
console.log(failures === 0 ? "all as they should be" : `${failures} are not`);
Deno.exit(failures === 0 ? 0 : 1);

function read(name: string) {
  if (!/^(graph|layers)_/.test(name)) return readKerasFile(bytesOf(`${name}.keras`));
  const json = bytesOf(`${name}/model.json`);
  const shards = Object.fromEntries(tfjsFiles(json).map((file) => [file, bytesOf(`${name}/${file}`)]));
  return readTfjs(json, { shards });
}
