/** Brings the kernels beyond those of most programs: for images, RBF units and certificates. @module */

import { addedOperands } from "../../wasm/exports.ts";
import { baseline, relaxed } from "../../wasm/additions.ts";
import { decoded, symbols, unpacked } from "./binary.ts";
import { add, type Variant } from "./variants.ts";

/** A build with these kernels, from the baseline one without. */
export function withAdditions(base: Uint8Array, variant: Variant): Uint8Array<ArrayBuffer> {
  const whole = unpacked(base, unpacked(undefined, symbols(decoded(baseline))));
  return variant === "baseline" ? whole : unpacked(whole, unpacked(undefined, decoded(relaxed)));
}

add(withAdditions, addedOperands);
