/** Certificates. @module */

export type { Certificate, Pair, Proof } from "./cascade.ts";
export { allPairs } from "./cascade.ts";
export type { Certificates, CertifyOptions } from "./certify.ts";
export { certificates, certify, globalBounds, marginAt } from "./certify.ts";
export type { Smoothed, SmoothingOptions } from "./smoothing.ts";
export { smoothing } from "./smoothing.ts";
