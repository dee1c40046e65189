/** Binaries as the text that a program holds. @module */

/** The module whose bytes are `base64`. */
export function compile(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(bytesOf(base64));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  // a loop costs milliseconds in code not yet optimised, but not every engine has better
  const { fromBase64 } = Uint8Array as Partial<typeof Uint8Array>;
  if (fromBase64) return fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
