// Room that kernels work in. Where instances share a memory each has its own, which it is given; else it is static.

export let packedA: usize = ASC_FEATURE_THREADS ? 0 : memory.data(384000, 64); // MC * KC floats of gemm.ts
export let packedB: usize = ASC_FEATURE_THREADS ? 0 : memory.data(19200, 64); // KC * 12 floats
export let edge: usize = ASC_FEATURE_THREADS ? 0 : memory.data(160, 64); // a tile of 5 x 8
export let narrowEdge: usize = ASC_FEATURE_THREADS ? 0 : memory.data(144, 64); // 3 rows of 12

/** Bytes of all that, and some to align it. */
export const SCRATCH: usize = 384000 + 19200 + 192 + 192 + 64;

/** Makes the SCRATCH bytes at `address` this instance's own. */
export function setScratch(address: usize): void {
  packedA = (address + 63) & ~63;
  packedB = packedA + 384000;
  edge = packedB + 19200;
  narrowEdge = edge + 192;
}
