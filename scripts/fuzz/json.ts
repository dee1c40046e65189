/** JSON near to what is expected: each a few members away from it. @module */

import fc from "fast-check";

const WORDS = [
  "",
  "x",
  "0",
  "NaN",
  "\u001b[2J\n",
  "\u2028",
  "a".repeat(5000),
  "__proto__",
  "constructor",
  "toString",
];

const NUMBERS = [0, -0, 1, -1, 2, 0.5, -1e15, 1e6, 2 ** 31, 2 ** 32, 2 ** 53, 1e39, 1e308, 5e-324];

/** Values that stand where others should. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, ...NUMBERS, ...WORDS),
  fc.constantFrom<unknown>([], {}, [[]], [null], [{}], { length: 1 }, { length: 1e9 }, [0, 0], [1e308, -1]),
  fc.integer({ min: -3, max: 20 }),
);

type To =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "drop" }
  | { readonly kind: "twice" }
  | { readonly kind: "key"; readonly key: string };

interface Edit {
  readonly at: number;
  readonly to: To;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(10_000),
  to: fc.oneof<fc.WeightedArbitrary<To>[]>(
    { arbitrary: hostileJson.map((value) => ({ kind: "value", value })), weight: 4 },
    { arbitrary: fc.constantFrom<To>({ kind: "drop" }, { kind: "twice" }), weight: 1 },
    { arbitrary: fc.constantFrom(...WORDS).map((key) => ({ kind: "key", key })), weight: 1 },
  ),
});

/** Values of JSON a few edits away from one of `seeds`. */
export function mutatedJson(seeds: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.tuple(fc.nat(seeds.length - 1), fc.array(edit, { maxLength: 4 })).map(([seed, edits]) =>
    edits.reduce(edited, seeds[seed])
  );
}

function edited(value: unknown, { at, to }: Edit): unknown {
  let left = at % countOf(value);
  const walk = (node: unknown): unknown[] => {
    if (left-- === 0) {
      if (to.kind === "value") return [to.value];
      if (to.kind === "drop") return [];
      if (to.kind === "twice") return [node, node];
      return [put({}, to.key, node)];
    }
    if (Array.isArray(node)) return [node.flatMap(walk)];
    if (typeof node !== "object" || node === null) return [node];
    const out = {};
    for (const [key, each] of Object.entries(node)) {
      const [first, second] = walk(each);
      if (first !== undefined || each === undefined) put(out, key, first);
      if (second !== undefined) put(out, `${key} `, second);
    }
    return [out];
  };
  return walk(value)[0] ?? null;
}

/** `out` with a member of its own, whatever the name. */
function put(out: object, key: string, value: unknown): object {
  return Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
}

function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countOf(each), 1);
}
