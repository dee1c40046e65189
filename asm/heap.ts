/** The version of this interface: what a host compiled for one version finds in another may differ. */
export function abiVersion(): i32 {
  return 2;
}

/** The address of `bytes` fresh bytes, aligned to 16; their contents are arbitrary. Traps where memory cannot grow. */
export function alloc(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Gives back what `alloc` gave. */
export function free(address: usize): void {
  heap.free(address);
}
