/**
 * Compiles `asm/` to `wasm/`: four binaries from one source, their exports and operands, and all of it inlined for
 * `src/`. `--check` compares a fresh build with the committed files instead.
 */
import asc from "assemblyscript/asc";
import { startUnpacker, symbols, unpacked } from "../../src/runtime/binary.ts";
import { jobs } from "../../src/runtime/split.ts";
import { dispatchSource } from "./dispatch.ts";
import { exportsSource } from "./exports.ts";
import { longestMultiplyAddChain, maxLiveVectors, maxOffset } from "./inspect.ts";
import { coded, packed, patchOf } from "./patch.ts";
import { signaturesIn } from "./signatures.ts";

const root = new URL("../../", import.meta.url);

/** Pages of memory at first. A load with an offset within them has one check of bounds, any other two. */
const MEMORY = 16;

/** Vectors that V8 keeps in registers on x64. */
const REGISTERS = 15;

/** -O3, -Oz and --converge nest the multiply-add chains of the matrix product and cost a quarter to a half of its speed. */
const FLAGS = [
  "-O2",
  "--enable",
  "simd",
  "--runtime",
  "minimal",
  "--noAssert",
  "--initialMemory",
  `${MEMORY}`,
  "--use",
  "abort=",
];

const RELAXED = ["--enable", "relaxed-simd"];
/** A memory that several instances use must come from outside: the one import of these binaries. */
const THREADS = [
  ...["--enable", "threads", "--sharedMemory", "--importMemory", "--maximumMemory", "32768"],
  // asc warns that v128 is passed between functions, as it is everywhere
  ...["--disableWarning", "112"],
];

/** What asc calls the text form of a binary, which is looked at and not kept. */
const TEXT = "text.wat";

/** Nested multiply-adds that are harmless, such as those of a sum over lanes. */
const LONGEST_CHAIN = 2;

/** A binary, what it is compiled from, and how. */
interface Binary {
  readonly file: string;
  readonly entry: string;
  readonly flags: readonly string[];
}

const SINGLE: readonly Binary[] = [
  { file: "gibbon.wasm", entry: "asm/mod.ts", flags: [] },
  { file: "gibbon.relaxed.wasm", entry: "asm/mod.ts", flags: RELAXED },
];
/** The same without the kernels that few programs call; those programs load them. */
const CORE: readonly Binary[] = SINGLE.map(({ file, flags }) => ({ file, entry: "asm/core.ts", flags }));
/** The unpacker of the others, as short as possible. */
const UNPACKER: Binary = {
  file: "unpack.wasm",
  entry: "asm/unpack.ts",
  flags: ["-Oz", "--converge", "--initialMemory", "4"],
};
const THREADED: readonly Binary[] = [
  { file: "gibbon.threads.wasm", entry: "asm/threads.ts", flags: THREADS },
  {
    file: "gibbon.relaxed.threads.wasm",
    entry: "asm/threads.ts",
    flags: [...THREADS, ...RELAXED],
  },
];

/** The files under `wasm/` that `asm/` compiles to, by name. */
async function build(): Promise<Map<string, Uint8Array>> {
  const sources = new Map<string, string>();
  for await (const entry of Deno.readDir(new URL("asm", root))) {
    if (entry.name.endsWith(".ts")) {
      sources.set(`asm/${entry.name}`, await Deno.readTextFile(new URL(`asm/${entry.name}`, root)));
    }
  }
  sources.set("asm/dispatch.ts", dispatchSource(jobs, sources));

  const files = new Map<string, Uint8Array>();
  const text = (name: string, ...parts: string[]) =>
    files.set(name, new TextEncoder().encode([GENERATED, ...parts].join("\n")));
  const inlined = ([base, other]: readonly Uint8Array[], name: string) => {
    // the steps of a patch repeat
    const alone = coded(packed(base)), patch = packed(patchOf(base, other));
    if (
      !equal(unpacked(undefined, symbols(alone)), base) ||
      !equal(unpacked(base, unpacked(undefined, patch)), other)
    ) {
      throw new Error(`Cannot make ${name} of its packed forms`);
    }
    return [
      `/** ${name}, packed and coded */`,
      `export const baselinePacked: string =\n  "${alone.toBase64()}";\n`,
      `/** What makes the relaxed build of it, packed */`,
      `export const relaxedPatch: string =\n  "${patch.toBase64()}";\n`,
    ];
  };
  const added = (base: Uint8Array, [whole, other]: readonly Uint8Array[]) => {
    const more = coded(packed(patchOf(base, whole))), patch = packed(patchOf(whole, other));
    if (
      !equal(unpacked(base, unpacked(undefined, symbols(more))), whole) ||
      !equal(unpacked(whole, unpacked(undefined, patch)), other)
    ) {
      throw new Error("Cannot add the other kernels to the builds");
    }
    return [
      "/** What adds the other kernels to the baseline build, packed and coded */",
      `export const baseline: string =\n  "${more.toBase64()}";\n`,
      "/** What makes the relaxed build of that, packed */",
      `export const relaxed: string =\n  "${patch.toBase64()}";\n`,
    ];
  };

  const unpack = await compile(UNPACKER, sources);
  startUnpacker(new Uint8Array(unpack.wasm));
  text(
    "unpack.ts",
    "/** What unpacks the builds, a module in base64 */",
    `export const unpacker: string =\n  "${unpack.wasm.toBase64()}";\n`,
  );
  const declarations = new Map<string, string>();
  for (const binary of [...SINGLE, ...THREADED]) {
    const { wasm, declaration } = await compile(binary, sources);
    files.set(binary.file, wasm);
    declarations.set(binary.file, declaration);
  }
  const [alone, threaded] = [SINGLE[0], THREADED[0]].map(({ file }) => declarations.get(file)!);
  const cores = await Promise.all(CORE.map((binary) => compile(binary, sources)));
  const signatures = signaturesIn(sources);
  text("exports.ts", exportsSource({ core: cores[0].declaration, alone, threaded }, signatures));
  const built = (binaries: readonly Binary[]) => binaries.map(({ file }) => files.get(file)!);
  text(
    "inline.ts",
    ...inlined(cores.map(({ wasm }) => wasm), "gibbon.wasm with the kernels of most programs"),
  );
  text("threads.ts", ...inlined(built(THREADED), THREADED[0].file));
  text("additions.ts", ...added(cores[0].wasm, built(SINGLE)));
  text(
    "jobs.ts",
    "/** The kernels that a worker calls, by their numbers. */",
    `export const jobs: readonly string[] = ${JSON.stringify(jobs)};\n`,
  );
  return files;
}

async function compile(
  { file, entry, flags }: Binary,
  sources: ReadonlyMap<string, string>,
): Promise<{ wasm: Uint8Array; declaration: string }> {
  const outputs = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main([
    entry,
    "--outFile",
    file,
    "--textFile",
    TEXT,
    "--bindings",
    "raw",
    ...FLAGS,
    ...flags,
  ], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => [],
  });
  if (error) throw new Error(`Cannot compile asm/: ${error.message}\n${stderr.toString()}`);
  const written = outputs.get(TEXT) as string;
  const chain = longestMultiplyAddChain(written),
    vectors = maxLiveVectors(written),
    farthest = maxOffset(written);
  if (vectors > REGISTERS) {
    throw new Error(
      `Cannot accept ${file}: a loop keeps ${vectors} vectors, there are ${REGISTERS} registers`,
    );
  }
  if (farthest >= MEMORY * 65536) {
    throw new Error(
      `Cannot accept ${file}: an offset of ${farthest} bytes is beyond its first memory and checked twice`,
    );
  }
  if (chain > LONGEST_CHAIN) {
    throw new Error(
      `Cannot accept ${file}: ${chain} multiply-adds are nested, at most ${LONGEST_CHAIN} may be`,
    );
  }
  return {
    wasm: outputs.get(file) as Uint8Array,
    declaration: outputs.get(file.replace(/wasm$/, "d.ts")) as string,
  };
}

const GENERATED = "// Generated by `deno task build`; do not edit.\n";

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const [option, ...extra] = Deno.args;
const check = option === "--check" && extra.length === 0;
if (option !== undefined && !check) {
  const usage =
    "Usage: deno task build [--check]\n\nCompiles asm/ to wasm/; with --check compares instead of writing.";
  if (option === "--help" || option === "-h") console.log(usage);
  else console.error(`There is no ${Deno.args.join(" ")} here.\n\n${usage}`);
  Deno.exit(option === "--help" || option === "-h" ? 0 : 2);
}
let differs = false;
for (const [name, bytes] of await build()) {
  const path = new URL(`wasm/${name}`, root);
  if (check) {
    const committed = await Deno.readFile(path).catch(() => new Uint8Array());
    if (!equal(committed, bytes)) {
      console.error(`wasm/${name} differs from a fresh build; run: deno task build`);
      differs = true;
    }
  } else {
    await Deno.writeFile(path, bytes);
    console.log(`wasm/${name} ${bytes.length} bytes`);
  }
}
if (differs) Deno.exit(1);
