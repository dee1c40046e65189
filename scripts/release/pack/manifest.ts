/** The package.json of the npm package. @module */

/** What `deno pack` writes, as far as it is looked at. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly [field: string]: unknown;
}

/** The binaries, every one at a sub-path of its own. */
const BINARIES = [
  "gibbon.wasm",
  "gibbon.relaxed.wasm",
  "gibbon.threads.wasm",
  "gibbon.relaxed.threads.wasm",
];

/** The modules of `src/` that do more than to export: they bring the kernels. What else a program leaves out is left out. */
export const SIDE_EFFECTS: readonly string[] = [
  "mod",
  "runtime/inlined",
  "runtime/additions",
  "threads",
  "runtime/threads",
  "workerd",
  "edge_light",
];

/**
 * What `deno pack` made, with what npm wants beside: a command, sub-paths, entries for hosts that do not compile, and of
 * the dependencies those in `imported`.
 */
export function manifest(packed: Manifest, imported: ReadonlySet<string>): Manifest {
  const { name, version, type, license, dependencies = {}, exports } = packed;
  const { types, default: whole } = exports["."];
  const binary = (file: string) => ({ types: "./wasm/module.d.ts", default: `./wasm/${file}` });
  return {
    name,
    version,
    description: "Adversarial robustness for small models, in WebAssembly: train, attack, measure",
    keywords: ["adversarial-examples", "adversarial-training", "robustness", "fgsm", "maxout", "webassembly"],
    license,
    type,
    engines: { node: ">=20" },
    bin: { gibbon: "./bin/gibbon.js" },
    main: whole,
    types,
    exports: {
      ...exports,
      ".": { types, workerd: "./src/workerd.js", "edge-light": "./src/edge_light.js", default: whole },
      "./cli": { types: exports["./cli"].types, default: "./bin/main.js" },
      ...Object.fromEntries(BINARIES.map((file) => [`./${file}`, binary(file)])),
      "./package.json": { default: "./package.json" },
    },
    // the others are programs
    sideEffects: SIDE_EFFECTS.map((name) => `./src/${name}.js`).concat("./bin/*.js"),
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([name]) => imported.has(name))),
  };
}
