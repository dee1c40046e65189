/** Help, from the same tables that arguments are parsed by, in lines of a width. @module */

import { oneOf } from "../../src/wording.ts";
import { kebabCase } from "../../src/fields.ts";
import type { Command } from "./command.ts";
import { description, optionOf, type Options, signature } from "./options.ts";
import { COMMON } from "./parse.ts";
import { ownOptionsByNames } from "./option_values.ts";

/** Characters of a line where nothing is known of the reader's. */
export const WIDTH = 80;

/** What `gibbon` can do. */
export function overview(commands: readonly Command[], width = WIDTH): string {
  return [
    "Gibbon: adversarial robustness for small models",
    "",
    "Usage: gibbon COMMAND [options]",
    "",
    ...columns(commands.map(({ name, summary }) => [name, capitalized(summary)]), width),
    "",
    ...wrapped(
      "gibbon help COMMAND lists the options of a command; gibbon --version prints the version.",
      width,
    ),
  ].join("\n");
}

/** What `command` does and takes. */
export function helpOf(command: Command, width = WIDTH): string {
  const { name, summary, operand, options, notes, examples } = command;
  const required = Object.entries(options).filter(([, { field }]) => field.required)
    .map((entry) => signature(...entry));
  const usage = ["Usage:", "gibbon", name, ...operand ? [operand.placeholder] : [], ...required, "[options]"];
  return [
    ...wrapped(`${capitalized(summary)}.`, width),
    "",
    ...commandLine("", usage, width),
    "",
    ...(operand ? [...columns([[operand.placeholder, capitalized(operand.help)]], width), ""] : []),
    ...columns(rowsOf({ ...options, ...COMMON }), width),
    ...ownSections(command, width),
    ...(notes
      ? ["", ...paragraphs(notes).flatMap((each) => each.startsWith(" ") ? [each] : wrapped(each, width))]
      : []),
    ...(examples.length > 0
      ? [
        "",
        "For example:",
        ...examples.flatMap((example) => commandLine("  ", `gibbon ${example}`.split(/ (?=-|$)/), width)),
      ]
      : []),
  ].join("\n");
}

/** Options that go with some values of another option, below a line that says with which. */
function ownSections(command: Command, width: number): string[] {
  const sections = new Map<string, Options>();
  for (const { of, names, key, field } of ownOptionsByNames(command)) {
    const title = `With --${kebabCase(of)} ${oneOf(names)}:`;
    sections.set(title, { ...sections.get(title), [key]: optionOf(field) });
  }
  return [...sections].flatMap((
    [title, options],
  ) => ["", ...wrapped(title, width), ...columns(rowsOf(options), width)]);
}

function rowsOf(options: Options): [string, string][] {
  return Object.entries(options).map((
    [key, option],
  ) => [signature(key, option), capitalized(description(option))]);
}

function capitalized(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/** Lines of names with what they mean beside them, broken at the width and aligned. */
function columns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const nameWidth = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, meaning]) =>
    wrapped(meaning, Math.max(width - nameWidth, 20)).map((line, i) =>
      (i === 0 ? `  ${name}` : "").padEnd(nameWidth) + line
    )
  );
}

/** The paragraphs of a text, each in one line; lines that are indented stay as they are. */
function paragraphs(text: string): string[] {
  return text.replace(/([^\n])\n(?=[^\s])/g, "$1 ").split("\n");
}

/** A command line, broken between `parts` so that a shell takes it as one. */
function commandLine(indent: string, parts: readonly string[], width: number): string[] {
  const lines = joinedUpTo(parts, width - indent.length - 6);
  return lines.map((line, i) => `${indent}${i > 0 ? "    " : ""}${line}${i < lines.length - 1 ? " \\" : ""}`);
}

/** `text` in lines of `width` characters at most, if its words are no longer. */
export function wrapped(text: string, width: number): string[] {
  // a sign and its number stay together
  const words = text.replace(/([≥≤><]) (?=[\d-])/g, "$1\u00a0").split(" ");
  return joinedUpTo(words, width).map((line) => line.replaceAll("\u00a0", " "));
}

/** `head` and `text` after it, whose further lines are as far in; words that are longer than a line are cut. */
export function inset(head: string, text: string, width: number): string[] {
  const room = Math.max(width - head.length, 20), cut = new RegExp(`.{1,${room}}`, "gu");
  return wrapped(text, room).flatMap((line) => line.match(cut) ?? [""])
    .map((line, i) => (i === 0 ? head : "".padEnd(head.length)) + line);
}

/** The lines of `text`, each wrapped. */
export function prose(text: string, width: number): string {
  return text.split("\n").flatMap((line) => wrapped(line, width)).join("\n");
}

function joinedUpTo(parts: readonly string[], width: number): string[] {
  const lines = [""];
  for (const part of parts) {
    const last = lines.length - 1;
    if (lines[last] === "") lines[last] = part;
    else if (lines[last].length + 1 + part.length <= width) lines[last] += ` ${part}`;
    else lines.push(part);
  }
  return lines;
}
