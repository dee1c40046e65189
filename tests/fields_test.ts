import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { fromText, jsonSchemaOf, kebabCase, limitsOf, markdownTable, placeholderOf } from "../src/fields.ts";
import {
  any,
  type AnySchema,
  boolean,
  choice,
  integer,
  integerOr,
  integers,
  number,
  numbers,
  problem,
} from "../src/schema.ts";

/** Every kind of option, with every kind of limit. */
const SCHEMA: AnySchema = {
  stepSize: number("length of a step", { above: 0, max: 2, default: 0.5 }),
  part: number("part of the whole", { min: 0, below: 1 }),
  steps: integer("steps", { min: 1, required: true }),
  rank: integerOr("rank", ["diagonal", "full"], { min: 1, default: "diagonal" }),
  momentum: boolean("remember the last step", { default: false }),
  norm: choice("norm", ["Linf", "L2"], { default: "Linf" }),
  bounds: numbers("bounds", { count: 2 }),
  units: integers("units", { min: 1 }),
  callback: any<() => void>("called at each step"),
};

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  stepSize: [0, 0.5, 2, 3, "1", NaN, null],
  part: [0, 0.99, 1, -1, [0]],
  steps: [1, 0, 1.5, "x"],
  rank: ["diagonal", "round", 3, 0],
  momentum: [true, false, 1, "true"],
  norm: ["L2", "L1", 2],
  bounds: [[0, 1], [0], [0, 1, 2], 0, ["0", "1"]],
  units: [[1, 2], [], [0], [1.5]],
};

Deno.test("jsonSchemaOf() accepts the same values as problem(), and no other members", () => {
  const schema = jsonSchemaOf(SCHEMA);
  const valid = new Ajv2020({ strict: false }).compile(schema);
  for (const [name, values] of Object.entries(VALUES)) {
    for (const value of values) {
      const fits = problem(SCHEMA[name], value) === undefined;
      assertEquals(valid({ steps: 1, [name]: value }), fits, `${name} ${JSON.stringify(value)}`);
    }
  }
  assert(!valid({}) && !valid({ steps: 1, callback: 1 }) && !valid({ steps: 1, stpes: 2 }));
  // deno-lint-ignore no-explicit-any
  const { properties } = schema as any;
  assertEquals([properties.stepSize.default, properties.stepSize.description], [0.5, "length of a step"]);
});

Deno.test("fromText() gives back each value that was written as text, and refuses values that the field refuses", () => {
  const read = (name: string, text: string) => fromText(SCHEMA[name], text, (wanted) => new Error(wanted));
  const same: [string, string, unknown][] = [
    ["stepSize", "1e-1", 0.1],
    ["steps", "7", 7],
    ["rank", "full", "full"],
    ["rank", "3", 3],
    ["momentum", "true", true],
    ["norm", "L2", "L2"],
    ["bounds", "-1,1", [-1, 1]],
    ["units", "240,240", [240, 240]],
  ];
  for (const [name, text, value] of same) assertEquals(read(name, text), value);
  for (
    const [name, text] of [["stepSize", "0"], ["steps", ""], ["steps", "1.5"], ["bounds", "1"], ["rank", "x"]]
  ) {
    assertThrows(() => read(name, text), Error, problem(SCHEMA[name], NaN)!);
  }
});

Deno.test("a field has a flag's name, a placeholder and its limits in words", () => {
  assertEquals(kebabCase("binarySearchSteps"), "binary-search-steps");
  const words = Object.values(SCHEMA).map((field) => [placeholderOf(field), limitsOf(field)]);
  assertEquals(words, [
    ["X", "in (0, 2]"],
    ["X", "in [0, 1)"],
    ["N", "≥ 1"],
    ["diagonal|full|N", "diagonal, full or ≥ 1"],
    [undefined, ""],
    ["NAME", "Linf, L2"],
    ["X,…", ""],
    ["N,…", "≥ 1"],
    ["VALUE", ""],
  ]);
});

Deno.test("markdownTable() has a row for each option that text can give, with as many cells as the head", () => {
  const [head, , ...rows] = markdownTable({ walk: SCHEMA, stay: {} }, "way").split("\n");
  assertEquals(head, "| way | option | flag | value | default | sets |");
  assertEquals(rows.length, Object.keys(SCHEMA).length - 1);
  for (const row of rows) assertEquals(row.split(/(?<!\\)\|/).length, 8, row);
  assertEquals(
    rows[0],
    "| `walk` | `stepSize` | `--step-size X` | a finite number in (0, 2] | `0.5` | length of a step |",
  );
});
