/** What jobs find in a store, and the schema by which editors check gates. @module */

import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { sha256 } from "../../../src/data/sha256.ts";
import { batch, matrix } from "../../../src/mod.ts";
import { gateSchema, readGate } from "../../../src/evaluate/read_gate.ts";
import { GATE } from "../../../src/evaluate/gate.ts";
import { trialsOf } from "../../../src/evaluate/trials.ts";
import { readBatch, writeBatch } from "../../../src/jobs/inputs.ts";
import { memoryStore, readResult, resultKey, writeResult } from "../../../src/jobs/store.ts";
import { joined, mutatedBytes, mutatedText } from "../bytes.ts";
import { mutatedJson } from "../json.ts";
import { type Subject, subject } from "../subject.ts";
import { GATES, mutatedFile } from "./saved.ts";

const x = matrix(2, 3, [0, 0.5, 1, 1, 0.25, 0]);
const EXAMPLES = [
  writeBatch(batch({ x, labels: [0, 1] })),
  writeBatch(batch({ x, labels: [0, 1], classNames: ["cat", "ant"] })),
];

const ID = "some job";
const store = memoryStore();
await writeResult(store, ID, { errorRate: 0.5, history: [1, 2] });
const RESULT = (await store.get(resultKey(ID)))!;

const isSchemaMet = new Ajv2020({ strict: false }).compile(gateSchema());

/** What jobs read. */
export const jobs: readonly Subject[] = [
  subject({
    name: "examples",
    inputs: mutatedFile(EXAMPLES),
    size: (bytes: Uint8Array) => bytes.length,
    run: (bytes: Uint8Array) => readBatch(bytes),
  }),
  subject({
    name: "result",
    // damaged, or written so by somebody else, with the checksum of what it says
    inputs: fc.oneof(
      mutatedBytes([RESULT]),
      mutatedText(['{"errorRate":0.5,"history":[1,2]}']).map((text) =>
        joined(new TextEncoder().encode(`${sha256(text)}\n`), text)
      ),
    ),
    size: (bytes: Uint8Array) => bytes.length,
    async run(bytes: Uint8Array) {
      const store = memoryStore();
      await store.put(resultKey(ID), bytes);
      await readResult(store, ID);
    },
  }),
  subject({
    name: "gateSchema",
    inputs: mutatedJson(GATES).map((gate) => JSON.stringify(gate)),
    run(text: string) {
      const gate = JSON.parse(text);
      trialsOf({ ...GATE, ...readGate(gate) }, 3);
      // the schema must accept what the program accepts
      if (!isSchemaMet(gate)) throw new Error(`the schema refuses it: ${JSON.stringify(isSchemaMet.errors)}`);
    },
  }),
];
