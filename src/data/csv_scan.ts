/** The cells of delimited text, as RFC 4180 has them, and the numbers in them. @module */

import { InputError } from "../errors.ts";

/** Told of the cells of a text in order: those of a record, then the record's end. */
export interface Visitor {
  /** A cell: characters `from` to `to` (exclusive) of the text, quotes and spaces around it left off. */
  cell(col: number, from: number, to: number): void;
  /** The end of a record of `cells` cells that begins in line `line`, counted from 1; true to stop here. */
  record(cells: number, line: number): boolean | void;
}

/** Characters that one record may have. */
const MAX_RECORD = 2 ** 24;

const [TAB, LF, CR, SPACE, QUOTE] = [9, 10, 13, 32, 34];

/**
 * Visits the records of `text`, whose cells the character of code `separator` parts. Lines end in CR, LF or both; empty
 * lines are left out. A cell in quotes may hold separators and line ends, and quotes that are doubled.
 *
 * @throws {InputError} if a quote does not end, or a record is too long
 */
export function scan(text: string, separator: number, visitor: Visitor): void {
  let line = 1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const isSpace = (code: number) => code === SPACE || (code === TAB && separator !== TAB);
  while (at < text.length) {
    const start = at, startLine = line;
    let col = 0, empty = true;
    for (;;) {
      while (at < text.length && isSpace(text.charCodeAt(at))) at++;
      let from = at, to = at;
      if (text.charCodeAt(at) === QUOTE) {
        from = ++at;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0 || end - start > MAX_RECORD) {
            fail(
              `the quote in line ${line} ${
                end < 0 ? "does not end" : `is longer than ${MAX_RECORD} characters`
              }`,
            );
          }
          for (; at < end; at++) if (isLineEnd(text, at)) line++;
          at = end + 1;
          if (text.charCodeAt(at) !== QUOTE) break;
          at++;
        }
        to = at - 1;
        while (at < text.length && isSpace(text.charCodeAt(at))) at++;
        empty = false;
      } else {
        for (; at < text.length; at++) {
          const code = text.charCodeAt(at);
          if (code === separator || code === LF || code === CR) break;
        }
        to = at;
        while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
        if (to > from) empty = false;
      }
      if (at - start > MAX_RECORD) fail(`line ${startLine} is longer than ${MAX_RECORD} characters`);
      const next = text.charCodeAt(at);
      if (at < text.length && next !== separator && next !== LF && next !== CR) {
        fail(`line ${line} has text after a closing quote`);
      }
      if (col > 0 || !empty || next === separator) visitor.cell(col++, from, to);
      if (next !== separator) break;
      empty = false;
      at++;
    }
    if (at < text.length) {
      if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at++;
      at++;
      line++;
    }
    if (col > 0 && visitor.record(col, startLine) === true) return;
  }
}

/** Whether a line ends at `at`; in CR and LF together it ends at the LF. */
function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === LF || (code === CR && text.charCodeAt(at + 1) !== LF);
}

/** The text of a cell, of doubled quotes one. */
export function cellText(text: string, from: number, to: number): string {
  const cell = text.slice(from, to);
  return text.charCodeAt(from - 1) === QUOTE ? cell.replaceAll('""', '"') : cell;
}

/** Ways to write that a value is missing, in small letters. */
const MISSING = new Set(["", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"]);

/** Whether a cell says that its value is missing. */
export function isMissing(word: string): boolean {
  return word.length <= 4 && MISSING.has(word.toLowerCase());
}

/** 1 for true and 0 for false, as pandas, R and spreadsheets write them; NaN for another word. */
export function truthOf(word: string): number {
  return word.length > 5 ? NaN : { true: 1, false: 0 }[word.toLowerCase()] ?? NaN;
}

/** Powers of ten that are float64 numbers exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const [ZERO, NINE, MINUS, PLUS, POINT] = [48, 57, 45, 43, 46];

/** The number in a cell; NaN if there is none, or it is written in a way that only JavaScript has. */
export function cellNumber(text: string, from: number, to: number): number {
  const sign = text.charCodeAt(from);
  // most cells of images are one digit
  if (to === from + 1) return sign >= ZERO && sign <= NINE ? sign - ZERO : NaN;
  let at = from, value = 0, digits = 0, point = -1;
  if (sign === MINUS || sign === PLUS) at++;
  for (; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO;
      digits++;
    } else if (code === POINT && point < 0) {
      point = digits;
    } else {
      break;
    }
  }
  // at most 15 digits are a whole number exactly, and its quotient by an exact power of ten is rounded once
  if (at === to && digits > 0 && digits <= 15) {
    if (point >= 0) value /= POWERS[digits - point];
    return sign === MINUS ? -value : value;
  }
  const word = text.slice(from, to);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN;
}

function fail(problem: string): never {
  throw new InputError("format", "read CSV", problem);
}
