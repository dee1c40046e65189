/** The TypeScript that says what the binaries export: types of calls, and names of operands. @module */

import type { OperandKind, Signature } from "./signatures.ts";

/** A function as asc declares it for JavaScript. */
interface Declared {
  readonly name: string;
  /** Its declaration as a method. */
  readonly text: string;
  readonly parameters: readonly string[];
}

const TYPES: Readonly<Record<OperandKind, string>> = {
  In: "Floats",
  Out: "Floats",
  DoubleIn: "Doubles",
  DoubleOut: "Doubles",
  IntIn: "Ints",
  IntOut: "Ints",
};

/**
 * The text of `wasm/exports.ts`, from asc's declarations of the binary with the kernels of most programs, the single-threaded and the
 * threaded one, and what the sources say of operands.
 *
 * @throws {Error} if the two differ
 */
export function exportsSource(
  { core, alone, threaded }: { core: string; alone: string; threaded: string },
  signatures: ReadonlyMap<string, Signature>,
): string {
  const own = functionsIn(alone);
  const names = new Set(own.map(({ name }) => name));
  const kernels = own.filter(({ name }) => signatures.get(name)?.module !== "heap");
  const taken = kernels.map(({ name, parameters }) =>
    [name, operandsOf(name, parameters, signatures)] as const
  );
  const line = (name: string, value: string) => `  ${name}: ${value}`;
  const everywhere = new Set(functionsIn(core).map(({ name }) => name));
  const record = (what: string, constant: string, isIn: (name: string) => boolean) => [
    `/** ${what} in the order of the kernel's parameters, after a * for what it writes. */`,
    `export const ${constant}: Partial<Record<keyof Operands<never, never, never>, string>> = {`,
    ...taken.filter(([name]) => isIn(name)).map(([name, operands]) =>
      line(
        name,
        `"${operands.map(({ name, kind }) => (kind?.endsWith("Out") ? "*" : "") + name).join(" ")}",`,
      )
    ),
    "};\n",
  ];
  return [
    "/** What a binary exports: addresses, sizes and numbers in, numbers out. */",
    "export interface Exports {",
    "  readonly memory: WebAssembly.Memory;",
    ...own.map(({ text }) => `  ${text}`),
    "}\n",
    "/** What a threaded binary exports. */",
    "export interface ThreadExports extends Exports {",
    ...functionsIn(threaded).filter(({ name }) => !names.has(name)).map(({ text }) => `  ${text}`),
    "}\n",
    "/** What each kernel takes, by name; `Floats`, `Doubles` and `Ints` are what a host passes for float32, float64 and whole numbers. */",
    "export interface Operands<Floats, Doubles, Ints> {",
    ...taken.map(([name, operands]) =>
      line(
        name,
        `{ ${operands.map(({ name, kind }) => `${name}: ${kind ? TYPES[kind] : "number"}`).join("; ")} };`,
      )
    ),
    "}\n",
    ...record(
      "The names of the operands of most programs' kernels",
      "operands",
      (name) => everywhere.has(name),
    ),
    ...record("Those of the other kernels", "addedOperands", (name) => !everywhere.has(name)),
  ].join("\n");
}

/** The functions in asc's declaration of a module. */
function functionsIn(declaration: string): Declared[] {
  const found = Array.from(
    declaration.matchAll(/export function ((\w+)\(([^)]*)\): \w+;)/g),
    ([, text, name, list]) => ({
      name,
      text,
      parameters: Array.from(list.matchAll(/(\w+):/g), ([, name]) => name),
    }),
  );
  if (found.length === 0) throw new Error("Cannot read asc's declaration: no function in it");
  return found;
}

function operandsOf(
  kernel: string,
  declared: readonly string[],
  signatures: ReadonlyMap<string, Signature>,
): { name: string; kind?: OperandKind }[] {
  const { parameters } = signatures.get(kernel) ?? { parameters: [] };
  if (parameters.map(({ name }) => name).join() !== declared.join()) {
    throw new Error(`Cannot type ${kernel}: asc declares (${declared}), its source has other parameters`);
  }
  return parameters.map(({ name, operand }) => ({ name, kind: operand }));
}
