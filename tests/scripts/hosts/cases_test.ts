/** The cases that hosts in other languages share, as the library has them. @module */

import { batch, fgsm, InputError, matrix, model, predict, softmaxLinear, train } from "@gibbon/gibbon";
import { assert, assertEquals, assertRejects } from "@std/assert";
import table from "../../../scripts/hosts/cases.json" with { type: "json" };
import { hosts } from "../../../scripts/hosts/registry.ts";

/** A case of the table; JSON has no words for some numbers, which are texts there. */
interface Case {
  name: string;
  call: string;
  with: Record<string, unknown>;
  only?: string[];
  gives?: number[] | number[][];
  code?: string;
  message?: string;
}

/** What a case is given, all of it. */
interface Given {
  x: number[][];
  labels: number[];
  epsilon: number;
  bounds: [number, number];
  norm: "Linf";
  epochs: number;
  seed: number;
}

const accepted: readonly Case[] = table.accepted, refused: readonly Case[] = table.refused;

/** `value` with texts such as "NaN" as numbers. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  const number = Number(value);
  return typeof value === "string" && (String(number) === value) ? number : value;
}

/** What the library gives for the case. */
async function call(row: Case): Promise<number[]> {
  const given = decodedGiven(row);
  const { coef, intercept } = table.model;
  const tensors = {
    W: { shape: [2, 3], data: new Float32Array(coef.flat()) },
    b: { shape: [2], data: new Float32Array(intercept) },
  };
  using linear = model(softmaxLinear({ inputs: 3, classes: 2 }), { tensors });
  const x = matrix(given.x.length, given.x[0]?.length ?? 3, given.x.flat());
  if (row.call === "predict") return [...predict(linear, x).predicted];
  const data = batch({ x, labels: given.labels, classes: 2 });
  const { epsilon, bounds, norm, epochs, seed } = given;
  if (row.call === "fgsm") return [...fgsm(linear, data, { epsilon, bounds, norm }).x.data];
  assertEquals(row.call, "train");
  using _trained = await train(linear, data, { epochs, seed });
  return [];
}

function decodedGiven(row: Case): Given {
  const all: Record<string, unknown> = { ...table.valid, ...row.with };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, decoded(value)]),
  ) as unknown as Given;
}

for (const row of accepted) {
  Deno.test(`hosts' cases: the library gives the expected results, ${row.name}`, async () => {
    assertEquals(await call(row), row.gives!.flat());
  });
}

for (const row of refused.filter(({ only }) => only?.includes("library") ?? true)) {
  Deno.test(`hosts' cases: the library refuses with this sentence, ${row.name}`, async () => {
    const error = await assertRejects(() => call(row), InputError);
    assertEquals([error.code, error.message], [row.code, row.message!]);
  });
}

Deno.test("hosts' cases: a case changes what is valid, and only names who there is", () => {
  const names = new Set<string>();
  for (const row of [...accepted, ...refused]) {
    assert(!names.has(row.name), row.name);
    names.add(row.name);
    for (const name of Object.keys(row.with)) {
      assert(Object.hasOwn(table.valid, name), `${row.name}: ${name}`);
    }
    for (const name of row.only ?? []) {
      assert(name === "library" || hosts.some((host) => host.name === name), `${row.name}: ${name}`);
    }
  }
});

Deno.test("every host's tests read the cases", () => {
  const sources = {
    python: "python/tests/test_cases.py",
    go: "go/cases_test.go",
    rust: "rust/tests/cases.rs",
  };
  assertEquals(Object.keys(sources).sort(), hosts.map(({ name }) => name).sort());
  for (const [name, path] of Object.entries(sources)) {
    const text = Deno.readTextFileSync(new URL(`../../../scripts/hosts/${path}`, import.meta.url));
    assert(text.includes("cases.json"), name);
  }
});
