/** Test requests: valid ones. @module */

import { writeSafetensors } from "../../../src/data/safetensors.ts";
import { type Case, input, JSON_TYPE, type Target, TENSORS } from "./case.ts";

/** Requests that are answered. */
export function validRequests({ model, inputs, classes }: Target): Case[] {
  const x = [0, 1, 2].map((i) => input(i, inputs)), labels = [0, 1, 2].map((i) => i % classes);
  const post = (
    action: string,
    name: string,
    body: Case["body"],
    headers: Case["headers"] = JSON_TYPE,
  ): Case => (
    {
      name: `${action}, ${name}`,
      method: "POST",
      path: `/models/${model}/${action}`,
      headers,
      body,
      status: 200,
    }
  );
  const get = (path: string, method = "GET"): Case => ({
    name: path,
    method,
    path,
    headers: {},
    status: 200,
  });
  const thresholds = [{ on: "clean", errorRate: 1 }, { on: "fgsm", epsilon: 0.1, errorOverNoise: 0.5 }];
  const gate = {
    epsilons: [0.1, 0.2],
    attacks: ["fgsm", "rotation"],
    bounds: [0, 1],
    seed: 3,
    perClass: true,
    thresholds,
  };
  const worst = { epsilons: [0.1], thresholds: [{ on: "attacked", errorRate: 1 }] };
  const tensors = {
    x: { shape: [3, inputs], data: Float32Array.from(x.flat()) },
    labels: { shape: [3], data: Int32Array.from(labels) },
  };
  return [
    get("/models"),
    get("/models", "HEAD"),
    get("/openapi.json"),
    post("classify", "one", JSON.stringify({ x: [x[0]] })),
    post("classify", "three", JSON.stringify({ x }), { "content-type": "Application/JSON; charset=utf-8" }),
    post("classify", "tensors", writeSafetensors({ x: tensors.x }), TENSORS),
    post("screen", "default", JSON.stringify({ x })),
    post("screen", "threshold", JSON.stringify({ x, threshold: 0.9 })),
    post("robustness", "default", JSON.stringify({ x, labels, epsilons: [0.05, 0.2] })),
    post(
      "robustness",
      "tensors",
      writeSafetensors(tensors, {
        epsilons: "[0.1]",
        norm: '"L2"',
        bounds: "[0,1]",
        certify: '"none"',
        seed: "3",
      }),
      TENSORS,
    ),
    post("check", "default", JSON.stringify({ x, labels })),
    post("check", "gate", JSON.stringify({ x, labels, gate })),
    post("check", "worst case", JSON.stringify({ x, labels, gate: worst })),
    post(
      "check",
      "tensors",
      writeSafetensors(tensors, { gate: JSON.stringify(gate), format: "np" }),
      TENSORS,
    ),
    post("check", "to tensors", JSON.stringify({ x, labels }), {
      ...JSON_TYPE,
      accept: "application/vnd.safetensors",
    }),
  ];
}
