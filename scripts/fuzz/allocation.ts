/**
 * Counts the bytes of all buffers that are made, so that measured memory does not depend on the garbage collector.
 *
 * @module
 */

let total = 0;

/** Bytes of buffers made since counting began, whether or not they are still held. */
export function bytesAllocated(): number {
  return total;
}

/** Begins to count the bytes that typed arrays and buffers are made with. */
export function countAllocations(): void {
  const made = [
    ...[ArrayBuffer, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array],
    ...[Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ];
  for (const constructor of made) {
    const counted = new Proxy(constructor, {
      construct(target, args, newTarget) {
        const buffer = Reflect.construct(target, args, newTarget);
        // a view of what is there already takes no memory
        if (!(args[0] instanceof ArrayBuffer)) total += buffer.byteLength;
        return buffer;
      },
    });
    Object.defineProperty(constructor.prototype, "constructor", { value: counted });
    Object.defineProperty(globalThis, constructor.name, { value: counted });
  }
}
