/** How data were read: every decision about them, for output and JSON. @module */

import { InputError } from "../errors.ts";
import { checkObject } from "../checks.ts";
import { quoted } from "../wording.ts";
import type { ImageShape } from "./image.ts";
import type { Scaling } from "./scaling.ts";

/** How a data set was read. */
export interface Reading {
  /** How inputs are scaled. */
  readonly scaling: Scaling;
  /** What labels stand for: the number of classes, and the label of each as the files have it; none if label k is class k. */
  readonly labels: { readonly classes: number; readonly names?: readonly string[] };
  /** The images that its inputs are, where that is known. */
  readonly image?: ImageShape;
  /** Minimum and maximum of the inputs as the files have them. */
  readonly range: readonly [number, number];
  /** Examples left out because a value was missing. */
  readonly dropped: number;
  /** What depends on the format, in words by topic: separator, heading, label column. */
  readonly source: Readonly<Record<string, string>>;
}

/** What the labels of a data set stand for. */
export type LabelMeaning = Reading["labels"];

/** The scaling and the labels found in training data, which a model needs for other data. */
export type FittedData = Pick<Reading, "scaling" | "labels">;

/** What of `reading` a model's record keeps, as text. */
export function writeFitted(fitted: FittedData): string {
  const { scaling, labels } = checkFitted("keep how data were read", fitted);
  return JSON.stringify({ scaling, labels });
}

/**
 * What `writeFitted` wrote, for a model of so many inputs.
 *
 * @throws {InputError} if it is no such text: files may hold anything
 */
export function readFitted(text: string, inputs: number): FittedData {
  const fail = (): never => {
    throw new InputError("format", "read how the model's data were read", "its record of it is damaged");
  };
  let value: { scaling?: Record<string, unknown>; labels?: Record<string, unknown> } | null;
  try {
    value = JSON.parse(text);
  } catch {
    return fail();
  }
  const { kind, offset, divisor } = value?.scaling ?? {};
  const { classes, names } = value?.labels ?? {};
  const isVector = (of: unknown): of is number[] =>
    Array.isArray(of) && of.length === inputs && of.every(Number.isFinite);
  const fitted = kind === "standard" || kind === "minmax";
  if (
    fitted
      ? !isVector(offset) || !isVector(divisor) || divisor.includes(0)
      : kind !== "none" && kind !== "255"
  ) fail();
  if (!Number.isSafeInteger(classes) || (classes as number) < 1) fail();
  const named = names === undefined ||
    (Array.isArray(names) && names.length === classes && names.every((name) => typeof name === "string"));
  if (!named) fail();
  return {
    scaling: (fitted ? { kind, offset, divisor } : { kind }) as Scaling,
    labels: { classes, ...(names !== undefined && { names }) } as LabelMeaning,
  };
}

/** `reading` in JSON, without the numbers of a scaling. */
export function readingJson({ scaling, labels, range, dropped, source }: Reading): Record<string, unknown> {
  return {
    ...source,
    scale: scaling.kind,
    ...(scaling.kind !== "none" && { units: "scaled inputs" }),
    range,
    classes: labels.classes,
    ...(labels.names && { classNames: labels.names }),
    ...(dropped > 0 && { dropped }),
  };
}

const SCALES: Readonly<Record<Scaling["kind"], string>> = {
  none: "as they are",
  255: "divided by 255",
  standard: "standardised, mean 0 and standard deviation 1 on the training examples",
  minmax: "scaled to [0, 1] by the training examples",
};

/** What is said where inputs are scaled. */
const UNITS = "epsilon and bounds are in units of scaled inputs";

/** Names of classes that a sentence lists. */
const MAX_NAMES = 6;

/** `reading` in one line. */
export function readingText({ scaling, labels, range, dropped, source }: Reading): string {
  const { classes, names } = labels;
  const called = names === undefined
    ? `labels 0 … ${classes - 1}`
    : `classes ${
      names.slice(0, MAX_NAMES).map((name) => /^[\w-]+$/.test(name) ? name : quoted(name)).join(", ")
    }${classes > MAX_NAMES ? `, … (${classes})` : ""}`;
  return [
    ...Object.entries(source).map(([topic, what]) => `${topic} ${what}`),
    `inputs ${short(range[0])} … ${short(range[1])} ${SCALES[scaling.kind]}`,
    ...(scaling.kind === "none" ? [] : [UNITS]),
    called,
    ...(dropped > 0 ? [`${dropped} examples with missing values left out`] : []),
  ].join("; ");
}

function short(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

const isText = (value: unknown) => typeof value === "string";

/** `fitted`. @throws {InputError} unless it is of a kind of scaling, and of classes; `action` begins the message */
function checkFitted<T extends FittedData>(action: string, fitted: T): T {
  checkObject(action, fitted, "what was read");
  const { scaling, labels } = fitted;
  checkObject(action, scaling, "the scaling");
  checkObject(action, labels, "the labelling");
  const { names, classes } = labels;
  const isList = (value: unknown) =>
    value === undefined || Array.isArray(value) && value.every(Number.isFinite);
  const fits = isText(scaling.kind) && Object.hasOwn(SCALES, scaling.kind) && isList(scaling.offset) &&
    isList(scaling.divisor) && Number.isSafeInteger(classes) &&
    (names === undefined || Array.isArray(names) && names.every(isText));
  if (fits) return fitted;
  throw new InputError("shape", action, "it is not as readTables gives it");
}
