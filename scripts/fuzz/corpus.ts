/** Inputs as small files of JSON: bytes in base64, numbers that JSON lacks by name. @module */

/** The folder of the inputs that once were finds. */
export const CORPUS = new URL("../../tests/fuzz/corpus/", import.meta.url);

/** An input and what it is for. */
export interface Kept {
  readonly subject: string;
  /** What was wrong when it was found. */
  readonly problem: string;
  readonly input: unknown;
}

/** `input`, plain data, as text. */
export function encode({ input, ...about }: Kept): string {
  return JSON.stringify({ ...about, input: packed(input) }, null, 2) + "\n";
}

/** What `encode` made a text of. */
export function decode(text: string): Kept {
  const { input, ...about } = JSON.parse(text);
  return { ...about, input: unpacked(input) };
}

function packed(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: btoa(String.fromCharCode(...value)) };
  if (value === undefined) return { $value: "undefined" };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $value: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== "object" || value === null) return value;
  // by entries: a key may be __proto__
  return { $entries: Object.entries(value).map(([key, each]) => [key, packed(each)]) };
}

// deno-lint-ignore no-explicit-any
function unpacked(value: any): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== "object" || value === null) return value;
  if ("$bytes" in value) return Uint8Array.from(atob(value.$bytes), (each) => each.charCodeAt(0));
  if ("$value" in value) return value.$value === "undefined" ? undefined : Number(value.$value);
  const out: Record<string, unknown> = {};
  for (const [key, each] of value.$entries) {
    Object.defineProperty(out, key, {
      value: unpacked(each),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return out;
}
