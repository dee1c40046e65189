/** The machine's peak: arithmetic that stays in registers. @module */

import asc from "assemblyscript/asc";
import type { Config } from "./configs.ts";
import { repeated, type Subject } from "./measure.ts";

/** Steps of a loop in one call, some tens of microseconds. */
const STEPS = 20000;

/** Enough sums in flight to hide the latency of an addition, few enough for the registers. */
const SUMS = names("a", 12);
/** The same where products take registers too. */
const [FEW, PRODUCTS] = [names("a", 8), names("x", 6)];

/** A loop of `body` over the variables given; constants arrive as parameters, or each use would make them anew. */
function loop(name: string, variables: readonly string[], body: readonly string[]): string {
  return `export function ${name}(n: i32, u: f32, v: f32): f32 {
    const x = f32x4.splat(u), y = f32x4.splat(v);
    let ${variables.map((name, i) => `${name} = f32x4.splat(u * ${i + 1})`).join(", ")};
    for (let i = 0; i < n; i++) { ${body.join(" ")} }
    return f32x4.extract_lane(${variables.reduce((sum, name) => `f32x4.add(${sum}, ${name})`)}, 0);
  }`;
}

/** a += x·y, fused. */
const FUSED = loop("fused", SUMS, SUMS.map((a) => `${a} = f32x4.relaxed_madd(x, y, ${a});`));
/** a = a·y + x: every multiplication waits for an addition. */
const CHAINED = loop("chained", SUMS, SUMS.map((a) => `${a} = f32x4.add(f32x4.mul(${a}, y), x);`));
/** a += x where x = x·y, as in a matrix product; each product is a new one, or the engine would keep it. */
const SUMMED = loop(
  "summed",
  [...FEW, ...PRODUCTS],
  Array.from({ length: FEW.length * PRODUCTS.length }, (_, i) => {
    const [a, p] = [FEW[i % FEW.length], PRODUCTS[i % PRODUCTS.length]];
    return `${p} = f32x4.mul(${p}, y); ${a} = f32x4.add(${a}, ${p});`;
  }),
);

/** The loops of each build, as what limits its kernels. */
export async function peaks(): Promise<Record<Config["kernels"], Subject[]>> {
  const relaxed = await compile(FUSED, ["--enable", "relaxed-simd"]);
  const baseline = await compile(`${CHAINED}\n${SUMMED}`, []);
  return {
    relaxed: [subject("fused multiply-add, a += x·y", relaxed.fused, SUMS.length)],
    baseline: [
      subject("multiply-add, a += (x *= y)", baseline.summed, FEW.length * PRODUCTS.length),
      subject("multiply-add, a = a·y + x", baseline.chained, SUMS.length),
    ],
  };
}

type Loop = (n: number, u: number, v: number) => number;

/** Four lanes, two operations each. */
function subject(name: string, run: Loop, perStep: number): Subject {
  return { name, unit: "GFLOP/s", amount: STEPS * perStep * 8, sample: repeated(() => run(STEPS, 1, 1)) };
}

async function compile(source: string, flags: readonly string[]): Promise<Record<string, Loop>> {
  let wasm = new Uint8Array();
  const { error, stderr } = await asc.main(
    ["peak.ts", "--outFile", "peak.wasm", "-O2", "--runtime", "stub", "--enable", "simd", ...flags],
    {
      readFile: (name) => name === "peak.ts" ? source : null,
      writeFile: (_, contents) => void (wasm = contents as unknown as Uint8Array<ArrayBuffer>),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`Cannot compile the loops of the peak: ${error.message}\n${stderr.toString()}`);
  return new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as Record<string, Loop>;
}

function names(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`);
}
