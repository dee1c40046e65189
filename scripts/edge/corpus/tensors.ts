/** Test requests: malformed safetensors. @module */

import { writeSafetensors } from "../../../src/data/safetensors.ts";
import { type Case, input, JSON_TYPE, type Target, TENSORS } from "./case.ts";

/** Malformed safetensors, and safetensors of other contents. */
export function safetensors({ model, inputs }: Target): Case[] {
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
