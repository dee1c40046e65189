/** `gibbon info`. @module */

import { formOf } from "../../../src/certify/form.ts";
import { InputError, type Model } from "../../../src/mod.ts";
import { type Expectation, TEST_DATA } from "../../data/expectation.ts";
import { type Command, command } from "../command.ts";
import { inset } from "../help.ts";
import { expectationFor, FORMATS, readModel } from "../model_file.ts";
import { BEFORE } from "../preprocessing.ts";
import { flag } from "../options.ts";

/** Tells what a model file holds. */
export const info: Command = command({
  name: "info",
  summary: "Show what a model file holds: its graph with shapes and parameters, and how it can be certified",
  operand: { placeholder: "FILE", help: `Model file, ${FORMATS}` },
  options: { ...BEFORE, json: flag("Print one JSON object") },
  examples: ["info maxout.safetensors", "info model.onnx"],
  async run({ operand: file, json, ...before }, context) {
    using own = await readModel(file);
    const expectation = await expectationFor(file, own);
    using model = await readModel(file, before);
    const { width } = context;
    context.print(
      json ? JSON.stringify({ ...inJson(model), expectation }) : inWords(model, { expectation, width }),
    );
    return 0;
  },
});

/** A node as a line of the graph. */
interface NodeLine {
  readonly id: string;
  readonly op: string;
  readonly from: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly parameters: number;
}

/** How many numbers of a shape. */
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** How certificates can bound a model's scores, by the form of its graph. */
const CERTIFICATES = { linear: "exact", rbf: "exact", chain: "bounds through its layers" } as const;

function certificatesOf(model: Model): string {
  try {
    return CERTIFICATES[formOf(model).kind];
  } catch (error) {
    if (error instanceof InputError) return `none: ${error.reason}`;
    throw error;
  }
}

function graphOf({ graph, family: { checked, shapes } }: Model): NodeLine[] {
  return checked.nodes.map(({ id, op, shape, tensors }, k) => ({
    id,
    op: op.name,
    from: graph.nodes[k].from,
    attributes: graph.nodes[k].attributes ?? {},
    shape,
    parameters: tensors.reduce((sum, { name }) => sum + sizeOf(shapes[name]), 0),
  }));
}

function inJson(model: Model): Record<string, unknown> {
  const { family: { name: family, head, inputs, classes, config, shapes }, graph, record } = model;
  const nodes = graphOf(model);
  return {
    family,
    head: head.name,
    inputs,
    input: [graph.input].flat(),
    classes,
    parameters: nodes.reduce((sum, { parameters }) => sum + parameters, 0),
    config,
    gradients: "all operations",
    certificates: certificatesOf(model),
    graph: nodes,
    tensors: shapes,
    record,
  };
}

function inWords(
  model: Model,
  { expectation, width }: { expectation: Expectation | null; width: number },
): string {
  const { family: { name, head, classes, config }, graph, record } = model;
  const nodes = graphOf(model);
  const settled = Object.entries(config).filter(([key]) => key !== "head").map((
    [key, value],
  ): [string, string] => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  const table = [
    ["input", "", "", shapeText([graph.input].flat()), ""],
    ...nodes.map(({ id, op, from, attributes, shape, parameters }) => [
      id,
      `${op}(${from.join(", ")})`,
      Object.entries(attributes).map(([key, value]) => `${key} ${shortened(JSON.stringify(value), 40)}`).join(
        ", ",
      ),
      shapeText(shape),
      parameters > 0 ? `${parameters}` : "",
    ]),
  ];
  const lines = (rows: readonly (readonly [string, string])[]) =>
    rows.flatMap(([key, value]) => inset(`  ${key.padEnd(18)}`, value, width));
  return [
    ...lines([
      ["family", name],
      ["head", head.name],
      ...(name === "graph" ? [["classes", `${classes}`] as const] : settled),
      ["parameters", `${nodes.reduce((sum, { parameters }) => sum + parameters, 0)}`],
      ["gradients", "all operations"],
      ["certificates", certificatesOf(model)],
      ...(expectation
        ? [
          [
            "expectation",
            `${expectation.examples} examples of ${TEST_DATA} met, ${
              expectation.difference.toExponential(1)
            } apart`,
          ] as const,
        ]
        : []),
    ]),
    "",
    "Graph, with the shape of each example and numbers of parameters",
    ...aligned(table, width),
    "",
    "Tensors",
    ...lines(Object.entries(model.family.shapes).map(([tensor, shape]) => [tensor, shapeText(shape)])),
    "",
    "Record",
    ...lines(
      Object.entries(record).map(([key, value]) => [key, key === "reading" ? shortened(value, 200) : value]),
    ),
  ].join("\n");
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

/** A text cut at what fits: a scaling has two numbers for each input. */
function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** The rows in columns; where a line would be too long, its third cell, the attributes, goes on a line of its own. */
function aligned(rows: readonly (readonly string[])[], width: number): string[] {
  const lineOf = (row: readonly string[], widths: readonly number[]) =>
    row.map((cell, k) => cell.padEnd(widths[k])).join("  ").trimEnd();
  const widthsOf = (rows: readonly (readonly string[])[]) =>
    rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const all = rows.map((row) => `  ${lineOf(row, widthsOf(rows))}`);
  if (all.every((line) => line.length <= width)) return all;
  const short = rows.map(([id, op, , shape, parameters]) => [id, op, shape, parameters]),
    widths = widthsOf(short);
  return rows.flatMap((row, i) => [
    ...inset("  ", lineOf(short[i], widths), width),
    ...(row[2] === "" ? [] : inset("      ", row[2], width)),
  ]);
}
