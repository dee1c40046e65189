/** Brings the kernels of images, for programs with operations that need them. @module */

import { imageOperands } from "../../wasm/exports.ts";
import { baseline, relaxed } from "../../wasm/images.ts";
import { decoded, symbols, unpacked } from "./binary.ts";
import { add, type Variant } from "./variants.ts";

/** A build with the kernels of images, from the baseline one without. */
export function withImages(base: Uint8Array, variant: Variant): Uint8Array<ArrayBuffer> {
  const whole = unpacked(base, unpacked(undefined, symbols(decoded(baseline))));
  return variant === "baseline" ? whole : unpacked(whole, unpacked(undefined, decoded(relaxed)));
}

add(withImages, imageOperands);
