// deno-lint-ignore-file no-explicit-any -- a library that is no dependency of this project has no types here

import { repeatedAsync } from "../measure.ts";
import type { Peer } from "./peer.ts";

const VERSION = "1.30.0";

/** onnxruntime-web on WebAssembly: inference only, so matrix products. */
export async function onnx(): Promise<Peer> {
  const specifier = `npm:onnxruntime-web@${VERSION}`;
  const ort: any = await import(specifier);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return {
    name: "onnxruntime-web",
    about: `${VERSION}, wasm`,
    threads: 1,
    async product({ form, m, n, k }, a, b) {
      const model = gemm(form === "gemmTN", form === "gemmNT");
      const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
      const inputs = {
        a: new ort.Tensor("float32", a, form === "gemmTN" ? [k, m] : [m, k]),
        b: new ort.Tensor("float32", b, form === "gemmNT" ? [n, k] : [k, n]),
      };
      const call = () => session.run(inputs);
      return { result: (await call()).c.data, sample: repeatedAsync(call) };
    },
  };
}

/** A file with one node, c = op(a)·op(b), as protocol buffers. see: onnx.proto3 for the numbers of the fields */
function gemm(transA: boolean, transB: boolean): Uint8Array {
  const attribute = (name: string, value: boolean) =>
    bytes(5, [...text(1, name), ...number(3, Number(value)), ...number(20, 2)]);
  const node = [
    ...text(1, "a"),
    ...text(1, "b"),
    ...text(2, "c"),
    ...text(4, "Gemm"),
    ...attribute("transA", transA),
    ...attribute("transB", transB),
  ];
  // a float32 tensor with two unknown sizes
  const dimension = (name: string) => bytes(1, text(2, name));
  const type = (name: string) =>
    bytes(2, bytes(1, [...number(1, 1), ...bytes(2, [...dimension(`${name}0`), ...dimension(`${name}1`)])]));
  const value = (name: string) => [...text(1, name), ...type(name)];
  const graph = [
    ...bytes(1, node),
    ...text(2, "g"),
    ...bytes(11, value("a")),
    ...bytes(11, value("b")),
    ...bytes(12, value("c")),
  ];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}

function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function bytes(field: number, content: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

function text(field: number, content: string): number[] {
  return bytes(field, [...new TextEncoder().encode(content)]);
}
