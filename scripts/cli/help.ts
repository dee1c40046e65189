/** Help, from the same tables that arguments are parsed by. @module */

import type { Command } from "./command.ts";
import type { Option } from "./options.ts";
import { COMMON, optionName } from "./parse.ts";

const WIDTH = 100;

/** What `gibbon` can do. */
export function overview(commands: readonly Command[]): string {
  return [
    "Gibbon: adversarial robustness for small models",
    "",
    "Usage: gibbon COMMAND [options]",
    "",
    ...columns(commands.map(({ name, summary }) => [name, capitalized(summary)])),
    "",
    "gibbon help COMMAND tells the options of one; gibbon --version the version.",
  ].join("\n");
}

/** What `command` does and takes. */
export function helpOf({ name, summary, operand, options, notes, examples }: Command): string {
  const required = Object.entries(options).filter(([, option]) => option.required)
    .map(([key, { placeholder }]) => ` --${optionName(key)} ${placeholder}`);
  const all = Object.entries({ ...options, ...COMMON });
  return [
    `${capitalized(summary)}.`,
    "",
    `Usage: gibbon ${name}${operand ? ` ${operand.placeholder}` : ""}${required.join("")} [options]`,
    "",
    ...(operand ? [...columns([[operand.placeholder, capitalized(operand.help)]]), ""] : []),
    ...columns(all.map(([key, option]) => [signature(key, option), describe(option)])),
    ...(notes ? ["", notes] : []),
    ...(examples.length > 0 ? ["", "For example:", ...examples.map((example) => `  gibbon ${example}`)] : []),
  ].join("\n");
}

function signature(key: string, { placeholder }: Option<unknown>): string {
  return `--${optionName(key)}${placeholder ? ` ${placeholder}` : ""}`;
}

function describe({ help, range, required, default: fallback, placeholder }: Option<unknown>): string {
  // a range that the placeholder spells out already
  const shown = placeholder === range.replaceAll(", ", "|") ? "" : range;
  const notes = [
    shown,
    required ? "required" : "",
    placeholder && fallback !== undefined ? `default ${fallback}` : "",
  ].filter(Boolean);
  return notes.length > 0 ? `${capitalized(help)} (${notes.join("; ")})` : capitalized(help);
}

function capitalized(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/** Lines of names with what they mean beside them, broken at the width and aligned. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, meaning]) =>
    broken(meaning, WIDTH - left).map((line, i) => (i === 0 ? `  ${name}` : "").padEnd(left) + line)
  );
}

function broken(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last] === "") lines[last] = word;
    else if (lines[last].length + 1 + word.length <= width) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
