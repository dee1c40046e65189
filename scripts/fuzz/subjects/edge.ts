/** Bodies of requests to the edge handler. @module */

import fc from "fast-check";
import { createHandler } from "../../../src/edge/mod.ts";
import { model, softmaxLinear, writeSafetensors } from "../../../src/mod.ts";
import { UserError } from "../../errors.ts";
import { mutatedBytes, mutatedText } from "../bytes.ts";
import { mutatedJson } from "../json.ts";
import { type Subject, subject } from "../subject.ts";

const INPUTS = 3;

const X = [[0, 0.5, 1], [1, 0, 0.25]];

const BODIES: readonly unknown[] = [
  { x: X },
  { x: X, threshold: 0.9 },
  { x: X, labels: [0, 1] },
  {
    x: X,
    labels: [0, 1],
    gate: {
      attacks: ["fgsm", { attack: "pgd", name: "p", steps: 2 }],
      epsilons: [0.1, 0.2],
      bounds: [0, 1],
      seed: 3,
      perClass: true,
      thresholds: [{ on: "clean", errorRate: 1 }, { on: "p", epsilon: 0.1, errorOverNoise: 0.5 }],
    },
  },
];

const FILES = [
  writeSafetensors({
    x: { shape: [2, INPUTS], data: Float32Array.from(X.flat()) },
    labels: { shape: [2], data: Int32Array.of(0, 1) },
  }, { gate: JSON.stringify({ epsilons: [0.1] }) }),
  writeSafetensors({ x: { shape: [2, INPUTS], data: Float32Array.from(X.flat()) } }, { threshold: "0.5" }),
];

const problems: unknown[] = [];
const handler = createHandler({
  models: { linear: model(softmaxLinear({ inputs: INPUTS, classes: 2 })) },
  // how long an answer took is judged by the processor's time, however busy it is with others
  limits: { milliseconds: 2 ** 31 - 1 },
  onError: (error) => void problems.push(error),
});

const TYPES = { json: "application/json", tensors: "application/vnd.safetensors" } as const;

interface Sent {
  readonly action: string;
  readonly type: keyof typeof TYPES;
  readonly body: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** The edge handler. */
export const edge: Subject = subject({
  name: "edge",
  inputs: fc.record<Sent>({
    action: fc.constantFrom("classify", "screen", "check"),
    type: fc.constantFrom("json", "tensors"),
    body: fc.oneof(
      mutatedJson(BODIES).map((value) => encoder.encode(JSON.stringify(value))),
      mutatedText(BODIES.map((each) => JSON.stringify(each))),
      mutatedBytes(FILES),
    ),
  }),
  async run({ action, type, body }: Sent) {
    problems.length = 0;
    const response = await handler(
      new Request(`https://edge.example/models/linear/${action}`, {
        method: "POST",
        headers: { "content-type": TYPES[type] },
        body,
      }),
    );
    const text = await response.text();
    if (problems.length > 0) throw problems[0];
    if (response.ok) return;
    const { detail } = JSON.parse(text);
    if (response.status >= 500) throw new Error(`answered ${response.status}: ${detail}`);
    throw new UserError(detail);
  },
});
