// What the addresses that kernels take are for. `deno task build` reads it and tells the hosts.

/** Float32 numbers that a kernel only reads. */
export type In = usize;
/** Float32 numbers that it writes, and may read before. */
export type Out = usize;
/** Float64 numbers that it only reads. */
export type DoubleIn = usize;
/** Float64 numbers that it writes, and may read before. */
export type DoubleOut = usize;
/** 32-bit whole numbers that it only reads. */
export type IntIn = usize;
/** 32-bit whole numbers that it writes. */
export type IntOut = usize;
