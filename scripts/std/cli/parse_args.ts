/** `parseArgs` of `@std/cli` for the options the project uses, over `node:util`. */
import { parseArgs as parse } from "node:util";

/** The options of `@std/cli`'s `parseArgs` that are served here. */
export interface ParseOptions {
  /** Options that are true or false. */
  boolean?: readonly string[];
  /** Options that take a value. */
  string?: readonly string[];
  /** Options whose values are collected into an array. */
  collect?: readonly string[];
  /** Called with each unknown option; false leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Arguments by option name, and the rest in order under `_`. */
export function parseArgs(
  args: string[],
  options: ParseOptions = {},
): { _: (string | number)[]; [name: string]: unknown } {
  const { boolean = [], string = [], collect = [], unknown } = options;
  // among the texts, _ stands for the rest
  const known = (name: string) => name !== "_" && (boolean.includes(name) || string.includes(name));
  const { tokens } = parse({
    args,
    options: Object.fromEntries(
      [
        ...boolean.map((name) => [name, { type: "boolean" as const }]),
        ...string.map((name) => [name, { type: "string" as const }]),
      ],
    ),
    strict: false,
    allowPositionals: true,
    allowNegative: false,
    tokens: true,
  });
  const result: { _: (string | number)[]; [name: string]: unknown } = Object.assign(
    // a name may be __proto__
    Object.create(null),
    { _: [] },
  );
  for (const name of boolean) result[name] = false;
  for (const name of collect) result[name] = [];
  for (const token of tokens) {
    if (token.kind === "positional") result._.push(token.value);
    if (token.kind !== "option") continue;
    if (!known(token.name)) {
      if (unknown?.(token.rawName, token.name, token.value) !== false && token.name !== "_") {
        result[token.name] = token.value ?? true;
      }
    } else if (boolean.includes(token.name)) {
      result[token.name] = token.value === undefined || token.value !== "false";
    } else if (collect.includes(token.name)) {
      (result[token.name] as unknown[]).push(token.value ?? "");
    } else {
      result[token.name] = token.value ?? "";
    }
  }
  return result;
}
