/** The binaries within the program, for hosts that compile at run time. @module */

import * as alone from "../../wasm/inline.ts";
import * as together from "../../wasm/threads.ts";
import { provide } from "./variants.ts";

provide((variant, { threaded }) => new WebAssembly.Module(bytesOf((threaded ? together : alone)[variant])));

export { init } from "./variants.ts";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  // a loop costs milliseconds in code not yet optimised, but not every engine has better
  const { fromBase64 } = Uint8Array as Partial<typeof Uint8Array>;
  if (fromBase64) return fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
