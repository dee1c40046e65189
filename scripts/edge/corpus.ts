/** Requests good and bad, with what an edge handler of default limits answers to each. @module */

import { writeSafetensors } from "../../src/data/safetensors.ts";

/** A request, and the status of its answer. */
export interface Case {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** More than one where engines differ in what they take for JSON. */
  readonly status: number | readonly number[];
}

/** The model that requests are made for. */
export interface Target {
  /** Its name. */
  readonly model: string;
  readonly inputs: number;
  readonly classes: number;
}

const JSON_TYPE = { "content-type": "application/json" };
const TENSORS = { "content-type": "application/vnd.safetensors" };

/** An input in [0, 1], the same for the same `i`. */
export function input(i: number, inputs: number): number[] {
  return Array.from({ length: inputs }, (_, j) => ((i + 1) * (j + 3) * 7 % 11) / 16);
}

/** Requests that are answered. */
export function valid({ model, inputs, classes }: Target): Case[] {
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
    post("check", "default", JSON.stringify({ x, labels })),
    post("check", "gate", JSON.stringify({ x, labels, gate })),
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

/** Requests that are refused. */
export function hostile(target: Target): Case[] {
  return [...routes(target), ...jsons(target), ...gates(target), ...safetensors(target)];
}

function routes({ model, inputs }: Target): Case[] {
  const body = JSON.stringify({ x: [input(0, inputs)] });
  const at = (path: string, status: number, method = "POST", headers: Case["headers"] = JSON_TYPE): Case => ({
    name: `${method} ${path.slice(0, 60)} ${JSON.stringify(headers).slice(0, 80)}`,
    method,
    path,
    headers,
    body: method === "GET" || method === "HEAD" ? undefined : body,
    status,
  });
  const classify = `/models/${model}/classify`;
  return [
    ...[
      "/",
      "/model",
      `/models/${model}`,
      `/models/${model}/`,
      `/models/${model}/train`,
      "/openapi",
    ]
      .flatMap((path) => [at(path, 404), at(path, 404, "GET")]),
    ...[
      "__proto__",
      "constructor",
      "toString",
      "%00",
      "%E0%A4%A",
      "..%2f..%2fetc",
      "nobody",
      "a".repeat(4000),
    ]
      .map((name) => at(`/models/${name}/classify`, 404)),
    ...["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => at(classify, 405, method)),
    ...["/models", "/openapi.json"].flatMap((path) =>
      ["POST", "PUT", "DELETE"].map((method) => at(path, 405, method))
    ),
    ...[
      "text/plain",
      "application/xml",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "json",
      ",",
    ]
      .map((type) => at(classify, 415, "POST", { "content-type": type })),
    ...["gzip", "br", "identity, gzip"].map((encoding) =>
      at(classify, 415, "POST", { ...JSON_TYPE, "content-encoding": encoding })
    ),
  ];
}

function jsons({ model, inputs, classes }: Target): Case[] {
  const row = input(0, inputs);
  const good = JSON.stringify({ x: [row] });
  const first = (value: string) => `{"x":[[${[value, ...row.slice(1)].join()}]]}`;
  const deep = (levels: number) => `{"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const bad = (body: Case["body"], status: Case["status"], action = "classify"): Case => ({
    name: `${action} ${typeof body === "string" ? body.slice(0, 60) : `${body?.length} bytes`}`,
    method: "POST",
    path: `/models/${model}/${action}`,
    headers: JSON_TYPE,
    body,
    status,
  });
  const checked = (labels: unknown) => bad(JSON.stringify({ x: [row], labels }), 422, "check");
  return [
    ...[
      "",
      " ",
      "{",
      good.slice(0, -1),
      good.slice(0, good.length / 2),
      `${good}}`,
      `${good},`,
      "nul",
      "NaN",
      "'x'",
    ]
      .map((body) => bad(body, 400)),
    ...[
      first("NaN"),
      first("Infinity"),
      first("-"),
      first("0x1"),
      first("1."),
      first("undefined"),
      `{x:[]}`,
      '{"x\u0000":1',
    ]
      .map((body) => bad(body, 400)),
    ...[
      [0xff],
      [0xfe, 0xff, 0, 0x7b],
      [0x7b, 0xc0, 0xaf, 0x7d],
      Array.from('{"x":"\xed\xa0\x80"}', (c) => c.charCodeAt(0)),
    ]
      .map((bytes) => bad(Uint8Array.from(bytes), 400)),
    ...[
      "null",
      "1",
      "true",
      '"x"',
      "[]",
      `[${good}]`,
      "{}",
      '{"x":null}',
      '{"x":1}',
      '{"x":"1"}',
      '{"x":{}}',
      '{"x":[]}',
    ]
      .map((body) => bad(body, 422)),
    ...[
      "[[]]",
      "[{}]",
      "[1,2]",
      "[null]",
      '["11"]',
      '[{"length":1}]',
      '{"length":1}',
      `[[${row}],[]]`,
      `[[${row}],1]`,
    ]
      .map((x) => bad(`{"x":${x}}`, 422)),
    ...[`[[${row.slice(1)}]]`, `[[${row},0]]`, `{"shape":[1,${inputs}],"data":[${row}]}`, `{"data":{}}`]
      .map((x) => bad(`{"x":${x}}`, 422)),
    ...["null", "true", '"1"', "[1]", "{}", "1e999", "-1e999", "1e39", "[[[[1]]]]", '{"valueOf":1}']
      .map((value) => bad(first(value), 422)),
    ...[
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "labels",
      "x ",
      "a".repeat(5000),
      "\\u0000",
      "\\n",
    ]
      .map((key) => bad(`{"x":[[${row}]],"${key}":1}`, 422)),
    bad(`{"__proto__":{"x":[[${row}]]}}`, 422),
    bad(deep(100), 422),
    ...[10_000, 100_000].map((levels) => bad(deep(levels), [400, 422])),
    bad("[".repeat(200_000), 400),
    bad('{"a":'.repeat(50_000), 400),
    bad(`{"x":[${Array(501).fill("[]")}]}`, 413),
    bad(`{"x":[[${"0,".repeat(2 ** 20)}0]]}`, 413),
    bad(JSON.stringify({ x: [row], threshold: 2 }), 422, "screen"),
    ...["x", null, -1, [0.5], {}].map((threshold) =>
      bad(JSON.stringify({ x: [row], threshold }), 422, "screen")
    ),
    bad(good, 422, "check"),
    ...[null, 1, "0", {}, [], [0, 0], [null], ["0"], [0.5], [-1], [classes], [1e10], [[0]], [{}]].map(
      checked,
    ),
    bad(`{"x":[[${row}]],"labels":[1e999]}`, 422, "check"),
  ];
}

function gates({ model, inputs }: Target): Case[] {
  const x = [input(0, inputs)];
  const bad = (gate: unknown, status = 422): Case => ({
    name: `check gate ${JSON.stringify(gate).slice(0, 80)}`,
    method: "POST",
    path: `/models/${model}/check`,
    headers: JSON_TYPE,
    body: JSON.stringify({ x, labels: [0], gate }),
    status,
  });
  const on = (threshold: unknown) => bad({ thresholds: [threshold] });
  return [
    ...[null, 1, "x", [], { epsilon: [0.1] }, { __proto: 1 }].map((gate) => bad(gate)),
    ...[null, {}, 1, [], [-1], ["1"], [null], [[1]], [0.1, 0.1], [true]].map((epsilons) => bad({ epsilons })),
    bad({ epsilons: Array.from({ length: 17 }, (_, i) => i / 17) }, 413),
    ...[null, "fgsm", [], ["pgd"], ["__proto__"], ["constructor"], ["fgsm", "fgsm"], [["fgsm"]], [{}]]
      .map((attacks) => bad({ attacks })),
    ...[null, [0], [1, 0], [0, 0], [0, 1, 2], ["0", "1"], [0.9, 1]].map((bounds) => bad({ bounds })),
    ...[null, -1, 0.5, 1e300, "1", [1]].map((seed) => bad({ seed })),
    ...["L3", 2, null, ["L2"]].map((norm) => bad({ norm })),
    ...["false", true, [0]].map((labels) => bad({ labels })),
    ...[1, "true", null].map((perClass) => bad({ perClass })),
    ...[null, {}, "x", [1], [null]].map((thresholds) => bad({ thresholds })),
    ...[{}, { on: "clean" }, { on: "pgd", errorRate: 1 }, { on: "clean", errorRate: 2 }].map(on),
    ...[{ on: "fgsm", epsilon: 7, errorRate: 1 }, { on: "noise", errorOverNoise: 1 }, { on: "fgsm", rate: 1 }]
      .map(on),
  ];
}

function safetensors({ model, inputs }: Target): Case[] {
  const f32 = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const i32 = (...shape: number[]) => ({ shape, data: new Int32Array(shape.reduce((a, b) => a * b, 1)) });
  const bad = (
    body: Uint8Array<ArrayBuffer>,
    status: number,
    { action = "classify", headers = TENSORS } = {},
  ): Case => ({
    name: `${action} ${headers["content-type"]} of ${body.length} bytes`,
    method: "POST",
    path: `/models/${model}/${action}`,
    headers,
    body,
    status,
  });
  const good = writeSafetensors({ x: f32(1, inputs) });
  const from = good.length - 4 * inputs;
  const changed = (change: (bytes: Uint8Array<ArrayBuffer>) => void) => {
    const bytes = good.slice();
    change(bytes);
    return bytes;
  };
  const replaced = (from: string, to: string) => {
    const text = new TextDecoder("latin1").decode(good).replace(from, to);
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  };
  const value = (v: number) => changed((bytes) => new DataView(bytes.buffer).setFloat32(from, v, true));
  const length = (n: bigint) => changed((bytes) => new DataView(bytes.buffer).setBigUint64(0, n, true));
  const check = { action: "check" };
  return [
    ...[0, 1, 7, 8, 9, 20, from - 1, from, from + 1, good.length - 1].map((n) => bad(good.slice(0, n), 400)),
    bad(Uint8Array.from([...good, 0]), 400),
    ...[0n, 1n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n].map((n) => bad(length(n), 400)),
    ...[NaN, Infinity, -Infinity].map((v) => bad(value(v), 400)),
    ...[["F32", "F64"], ["F32", "I99"], ["dtype", "dtypo"], ['"x"', '"y'], ["[1,", "[-,"], ["[0,", "[1,"]]
      .map(([a, b]) => bad(replaced(a, b), 400)),
    bad(new TextEncoder().encode(JSON.stringify({ x: [input(0, inputs)] })), 400),
    bad(good, 400, { headers: JSON_TYPE }),
    ...[
      f32(5),
      f32(1, inputs + 1),
      f32(1, 1, inputs),
      f32(0, inputs),
      f32(5, 1),
      i32(1, inputs),
      f32(),
    ]
      .map((x) => bad(writeSafetensors({ x }), 422)),
    bad(writeSafetensors({ x: f32(1, inputs), y: f32(1) }), 422),
    bad(writeSafetensors({ x: f32(1, inputs) }, { threshold: "0.5" }), 422),
    bad(writeSafetensors({ x: f32(1, inputs) }, { threshold: "{" }), 400, { action: "screen" }),
    bad(writeSafetensors({ x: f32(1, inputs) }, { threshold: "2" }), 422, { action: "screen" }),
    bad(writeSafetensors({}), 422),
    ...[f32(1), i32(1, 1), i32(2), i32(), i32(0)]
      .map((labels) => bad(writeSafetensors({ x: f32(1, inputs), labels }), 422, check)),
    bad(writeSafetensors({ x: f32(1, inputs), labels: i32(1) }, { gate: '{"seed":-1}' }), 422, check),
    bad(writeSafetensors({ x: f32(1, inputs), labels: i32(1), gate: i32(1) }), 422, check),
    bad(writeSafetensors({ x: f32(Math.ceil(2 ** 19 / inputs), inputs) }), 413),
    bad(writeSafetensors({ x: f32(501, inputs) }), 413),
  ];
}
