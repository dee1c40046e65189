/** The exported functions of `asm/`, as its sources declare them. @module */

/** What the address at a parameter is for: the aliases of `asm/operands.ts`. */
export type OperandKind = "In" | "Out" | "DoubleIn" | "DoubleOut" | "IntIn" | "IntOut";

const KINDS: readonly string[] = [
  "In",
  "Out",
  "DoubleIn",
  "DoubleOut",
  "IntIn",
  "IntOut",
] satisfies OperandKind[];

/** A parameter of a function in `asm/`. */
export interface Parameter {
  readonly name: string;
  /** Its type in WebAssembly's terms: usize, i32, f32 or f64. */
  readonly type: string;
  /** What it is the address of; nothing if it is a plain number. */
  readonly operand?: OperandKind;
}

/** A function in `asm/`. */
export interface Signature {
  /** Its file in `asm/`, without the ending. */
  readonly module: string;
  readonly parameters: readonly Parameter[];
  readonly result: string;
}

/** The exported functions in `sources`, the files of `asm/` by path. */
export function signaturesIn(sources: ReadonlyMap<string, string>): Map<string, Signature> {
  const found = new Map<string, Signature>();
  for (const [path, text] of sources) {
    const module = path.replace(/^asm\/|\.ts$/g, "");
    for (const [, name, list, result] of text.matchAll(/export function (\w+)\(([^)]*)\): (\w+)/g)) {
      found.set(name, {
        module,
        parameters: list.split(",").filter((each) => each.trim()).map(parameter),
        result,
      });
    }
  }
  return found;
}

function parameter(text: string): Parameter {
  const [name, type] = text.split(":").map((part) => part.trim());
  return KINDS.includes(type) ? { name, type: "usize", operand: type as OperandKind } : { name, type };
}
