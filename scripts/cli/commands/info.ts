/** `gibbon info`. @module */

import type { Model } from "../../../src/mod.ts";
import { type Command, command } from "../command.ts";
import { readModel } from "../inputs.ts";
import { flag } from "../options.ts";

/** Tells what a model file holds. */
export const info: Command = command({
  name: "info",
  summary: "Tell what a model file holds",
  operand: { placeholder: "FILE", help: "Model file" },
  options: { json: flag("Print one JSON object") },
  examples: ["info maxout.safetensors"],
  async run({ operand: file, json }, context) {
    using model = await readModel(file);
    const { family: { name: family, head, inputs, classes, config, shapes }, record } = model;
    const parameters = Object.values(shapes).reduce(
      (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    context.print(
      json
        ? JSON.stringify({
          family,
          head: head.name,
          inputs,
          classes,
          parameters,
          config,
          tensors: shapes,
          record,
        })
        : inWords(model, parameters),
    );
    return 0;
  },
});

function inWords({ family, record }: Model, parameters: number): string {
  const { name, head, config, shapes } = family;
  const settled = Object.entries(config).filter(([key]) => key !== "head")
    .map((
      [key, value],
    ): [string, string] => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return [
    ...lines([["family", name], ["head", head.name], ...settled, ["parameters", `${parameters}`]]),
    "",
    "Tensors",
    ...lines(Object.entries(shapes).map(([tensor, shape]) => [tensor, `(${shape.join(", ")})`])),
    "",
    "Record",
    ...lines(
      Object.entries(record).map(([key, value]) => [key, key === "reading" ? shortened(value) : value]),
    ),
  ].join("\n");
}

/** A text cut at what fits a few lines: a scaling has two numbers for each input. */
function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function lines(rows: readonly (readonly [string, string])[]): string[] {
  return rows.map(([key, value]) => `  ${key.padEnd(18)}${value}`);
}
