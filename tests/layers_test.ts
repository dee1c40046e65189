import { assert, assertEquals } from "@std/assert";

/** Lowest first. An entry is a folder, or a file without its ending; entries of one tier do not import each other. */
const TIERS: readonly (readonly string[])[] = [
  ["src/errors"],
  ["src/wording"],
  ["src/schema"],
  ["src/checks"],
  ["src/fields"],
  ["src/matrix"],
  ["src/runtime"],
  ["src/kernels"],
  ["src/rng"],
  ["src/data", "src/heads"],
  ["src/constraints"],
  ["src/ops"],
  ["src/graph"],
  ["src/models"],
  ["src/loss", "src/predict", "src/divergence"],
  ["src/remote"],
  ["src/attacks"],
  ["src/certify"],
  ["src/train"],
  ["src/evaluate"],
  ["src/paper"],
  ["src/report"],
  ["src/jobs"],
  ["src/module", "src/onnx", "src/tfjs", "src/threads"],
  ["src/mod"],
  ["src/edge", "src/web"],
  ["scripts"],
];

const root = new URL("../", import.meta.url);

/** The TypeScript files below `folder`, by their paths from the root. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, root))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : /\.tsx?$/.test(name) ? [`${folder}/${name}`] : []
  );
}

/** A file's code: examples in comments may import and call what they like. */
function codeOf(file: string): string {
  const text = Deno.readTextFileSync(new URL(file, root));
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/.*|\/\*[\s\S]*?\*\//g,
    (_, literal) => literal ?? "",
  );
}

/** What a file imports or exports from, also at run time. */
function importsOf(file: string, code = codeOf(file)): string[] {
  const specifiers = code.matchAll(/(?:(?<!")\bfrom\s+|\bimport\s*\(?\s*)["']([^"'\s]+)["']/g);
  return [...specifiers].map(([, specifier]) => specifier);
}

/** An import's path from the root, or the specifier if it is no path. */
function resolve(specifier: string, file: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, new URL(file, root)).href.slice(root.href.length);
}

/** The tier of a path, counted from the lowest, and its entry there. */
function placeOf(path: string): { tier: number; entry: string } | undefined {
  for (const [tier, entries] of TIERS.entries()) {
    const entry = entries.find((each) => path === `${each}.ts` || path.startsWith(`${each}/`));
    if (entry) return { tier, entry };
  }
}

/** Packages that an entry of the table may import; the others need none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "src/edge": ["hono"],
  "src/web": ["preact", "@preact/signals", "uplot"],
};

/** Folders within an entry that may import packages which the rest of it does without. */
const FOLDER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "src/models/import/": ["pbf"],
  "src/models/export/": ["pbf"],
};

/** Whether `specifier` is of a package that `file`, of `entry`, may import. */
function isPackage(specifier: string, entry: string, file: string): boolean {
  const [, own = []] = Object.entries(FOLDER_PACKAGES).find(([folder]) => file.startsWith(folder)) ?? [];
  return [...PACKAGES[entry] ?? [], ...own].some((name) =>
    specifier === name || specifier.startsWith(`${name}/`)
  );
}

const [source, assembly] = [filesIn("src"), filesIn("asm")];

Deno.test("src/ and scripts/ lie in the table of tiers, every file", () => {
  for (const file of [...source, ...filesIn("scripts")]) assert(placeOf(file), `${file} is in no tier`);
});

Deno.test("imports in src/ go to the tiers before and to the own folder, nowhere else", () => {
  for (const file of source) {
    const own = placeOf(file)!;
    for (const specifier of importsOf(file)) {
      if (isPackage(specifier, own.entry, file)) continue;
      const path = resolve(specifier, file);
      if (path.startsWith("wasm/")) {
        assertEquals(own.entry, "src/runtime", `${file} imports ${specifier}`);
        continue;
      }
      const to = placeOf(path);
      const fits = to && (to.tier < own.tier || to.entry === own.entry);
      assert(fits, `${file}, of ${own.entry}, imports ${specifier}`);
    }
  }
});

/**
 * A row of files of which each imports the next, types included, and the last one the first; nothing if
 * there is none without those in `except`.
 */
function circleIn(files: readonly string[], except: readonly string[]): string[] | undefined {
  const done = new Set(except);
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file) || !/\.tsx?$/.test(file)) return;
    for (const specifier of importsOf(file).filter((each) => each.startsWith("."))) {
      const circle = visit(resolve(specifier, file), [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
}

Deno.test("imports make no circles in src/ and scripts/, types included", () => {
  const files = [...source, ...filesIn("scripts")];
  // the page's worker still has a circle
  assertEquals(circleIn(files, files.filter((file) => file.startsWith("src/web/worker/"))), undefined);
});

Deno.test("imports in wasm/ and asm/ stay there", () => {
  for (const folder of ["wasm", "asm"]) {
    for (const file of filesIn(folder)) {
      for (const specifier of importsOf(file)) {
        assert(resolve(specifier, file).startsWith(`${folder}/`), `${file} imports ${specifier}`);
      }
    }
  }
});

/** Finding the faster build needs a clock, and workers differ between Node, Deno and browsers. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "src/runtime/choice.ts": ["performance.now()"],
  "src/runtime/worker.ts": ['require("node:worker_threads")'],
};

Deno.test("src/ needs no Deno, no clock, no package, and no number that differs between engines", () => {
  const barred =
    /\bDeno\b|\bprocess\.|\brequire\(|\bMath\.(random|exp|expm1|log|log2|log10|log1p|cos|sin|tan|acos|asin|atan|atan2|pow|cbrt|hypot|sinh|cosh|tanh)\b|\bDate\b|\bperformance\b|\bcrypto\b|(?<!\b2 )\*\*/;
  for (const file of source) {
    const code = (EXCEPTIONS[file] ?? []).reduce(
      (rest, allowed) => rest.replaceAll(allowed, ""),
      codeOf(file),
    );
    const found = code.match(barred);
    assertEquals(found?.[0], undefined, `${file} has ${found?.[0]}`);
    for (const specifier of importsOf(file)) {
      const fits = specifier.startsWith(".") || isPackage(specifier, placeOf(file)!.entry, file);
      assert(fits, `${file} imports ${specifier}`);
    }
  }
});

Deno.test("the code of src/web/ that runs in workers needs no package and no page", () => {
  for (const file of source.filter((each) => each.startsWith("src/web/worker/"))) {
    assertEquals(importsOf(file).filter((specifier) => !specifier.startsWith(".")), [], file);
    assertEquals(codeOf(file).match(/\b(document|window|location)\b/)?.[0], undefined, file);
  }
});

/** The files that are loaded with `file`, itself included: types are not. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  if (!file.endsWith(".ts")) return seen;
  seen.add(file);
  for (const path of loaded.getOrInsertComputed(file, loadedBy)) reached(path, seen);
  return seen;
}

/** What each file loads by itself, by the file. */
const loaded = new Map<string, string[]>();

function loadedBy(file: string): string[] {
  const code = codeOf(file).replace(/\b(import|export) type [^;]*;/g, "");
  return importsOf(file, code).map((specifier) => resolve(specifier, file));
}

Deno.test("src/mod.ts reaches the inlined binaries for one thread, src/threads.ts the others, the rest none", () => {
  const inlined = (from: string) => [...reached(from)].filter((file) => /^wasm\/(inline|threads)/.test(file));
  assertEquals(inlined("src/module.ts"), []);
  assertEquals(inlined("src/edge/mod.ts"), []);
  assertEquals(inlined("src/mod.ts"), ["wasm/inline.ts"]);
  assertEquals(inlined("src/threads.ts"), ["wasm/threads.ts"]);
  for (const file of ["split", "team", "worker"]) {
    assert(!reached("src/mod.ts").has(`src/runtime/${file}.ts`), `src/mod.ts reaches ${file}.ts`);
  }
});

Deno.test("no entry but src/onnx.ts and src/tfjs.ts reaches the readers of other programs' models", () => {
  for (const entry of ["src/mod.ts", "src/module.ts", "src/threads.ts", "src/edge/mod.ts"]) {
    assert(![...reached(entry)].some((file) => /^src\/models\/(im|ex)port\//.test(file)), entry);
  }
});

Deno.test("a test that reaches the kernels reaches their binaries too", () => {
  for (const file of filesIn("tests").filter((file) => file.endsWith("_test.ts"))) {
    const files = reached(file);
    assert(
      !files.has("src/runtime/variants.ts") || files.has("src/runtime/inlined.ts"),
      `${file} lacks an import of src/runtime/inlined.ts`,
    );
  }
});

Deno.test("src/mod.ts, src/module.ts, src/threads.ts and asm/mod.ts are lines of exports only", () => {
  for (const file of ["src/mod.ts", "src/module.ts", "src/threads.ts", "asm/mod.ts"]) {
    const rest = codeOf(file).replace(/\bexport (type )?(\{[^{}]*\}|\*) from "[^"]+";?/g, "");
    assertEquals(rest.trim(), "", file);
  }
});

Deno.test("this test's own patterns find what they look for", () => {
  assert(source.length > 30 && assembly.length > 5);
  assert(importsOf("src/runtime/kernel.ts").includes("../../wasm/exports.ts"));
  assert(importsOf("src/attacks/direction.ts").includes("../loss.ts"));
  assertEquals(importsOf("src/loss.ts").filter((specifier) => specifier.startsWith("@")), []);
  assert(
    isPackage("hono/cors", "src/edge", "src/edge/a.ts") &&
      !isPackage("hono", "src/report", "src/report/a.ts"),
  );
  assertEquals(placeOf("src/data/digits/hand.ts"), { tier: 9, entry: "src/data" });
  assertEquals(resolve("../../wasm/inline.ts", "src/runtime/inlined.ts"), "wasm/inline.ts");
});
