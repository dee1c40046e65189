/** Examples whose labels are made those of a model, or of some classes alone. @module */

import { type Batch, type Model, select } from "../../src/mod.ts";
import type { Data } from "../data/folder.ts";
import { UserError } from "../errors.ts";

/** Examples whose labels are places of the classes of `model`, of which the file says neither number nor names. */
export function inClassesOf(
  { classes }: Described,
  examples: Batch,
  { kept, names }: { kept: readonly number[]; names: readonly string[] | undefined },
): Batch {
  if (examples.classes > classes) return examples;
  const classNames = kept.length > 0 ? kept.map((label) => names?.[label] ?? `${label}`) : names;
  return { ...examples, classes, ...(classNames?.length === classes && { classNames }) };
}

/**
 * Examples whose labels are places in `text`, the model's own names of its classes as a list in JSON. Where these are the
 * numbers 0 … C − 1, the labels are such places already.
 *
 * @throws {UserError} if one is none of them
 */
export function inNamedClasses(file: string, text: string, examples: Batch): Batch {
  const names: readonly string[] = namesIn(file, text);
  const { labels, classNames: own } = examples;
  if (names.every((name, k) => name === `${k}`)) {
    return examples.classes > names.length ? examples : { ...examples, classes: names.length };
  }
  const places = new Map(names.map((name, k) => [name, k]));
  return {
    ...examples,
    labels: labels.map((label) => {
      const name = own?.[label] ?? `${label}`, place = places.get(name);
      if (place !== undefined) return place;
      const listed = `${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}`;
      throw new UserError(`Cannot use ${file}: label ${name} is none of the model's classes, ${listed}`);
    }),
    classes: names.length,
    classNames: names,
  };
}

function namesIn(file: string, text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // reported below
  }
  throw new UserError(`Cannot read model ${file}: its record of the names of its classes is damaged`);
}

/** The data, only the examples of `classes`, relabelled 0, 1, … in that order. */
export function selectClasses({ train: trainSet, test, ...rest }: Data, classes: readonly number[]): Data {
  const { name } = rest;
  const unknown = classes.find((label) => label >= trainSet.classes);
  if (unknown !== undefined) {
    throw new UserError(`Cannot keep class ${unknown}: ${name} has classes 0 … ${trainSet.classes - 1}`);
  }
  if (classes.length < 2 || new Set(classes).size < classes.length) {
    throw new UserError(`--classes must be two or more different classes, not ${classes.join(",")}`, 2);
  }
  const data = { ...rest, train: keepClasses(trainSet, classes), test: keepClasses(test, classes) };
  for (const half of [data.train, data.test]) {
    if (half.x.rows === 0) {
      throw new UserError(`Cannot keep classes ${classes.join(",")}: ${name} has no example of them`);
    }
  }
  return data;
}

export function keepClasses(examples: Batch, classes: readonly number[]): Batch {
  const indices = Array.from(examples.labels.keys()).filter((i) => classes.includes(examples.labels[i]));
  const kept = select(examples, indices);
  return {
    ...kept,
    labels: kept.labels.map((label) => classes.indexOf(label)),
    classes: classes.length,
    classNames: classes.map((label) => examples.classNames?.[label] ?? `${label}`),
  };
}

/** What of a model the examples have to fit. */
export type Described = Pick<Model, "inputs" | "classes" | "record">;
