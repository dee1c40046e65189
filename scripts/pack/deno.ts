/** The `Deno` that the command line finds in Node and Bun. @module */

import { Deno as shim } from "@deno/shim-deno";

/** An error class by the system's code, for those that the shim does not tell apart. */
function coded(code: string) {
  return class extends Error {
    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && (error as { code?: string }).code === code;
    }
  };
}

const own = (globalThis as { Deno?: unknown }).Deno;

/** Deno's own where there is one. */
export const Deno: unknown = own ?? {
  ...shim,
  errors: {
    ...shim.errors,
    IsADirectory: coded("EISDIR"),
    NotADirectory: coded("ENOTDIR"),
    NotCapable: coded("none but Deno has this"),
  },
};
