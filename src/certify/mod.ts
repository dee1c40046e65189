/** Certificates. @module */

export type { ClassPair, Proof } from "./cascade.ts";
export type { Certificate, Certificates, CertifyOptions } from "./certify.ts";
export { certificates, certify, globalBounds } from "./certify.ts";
export type { SmoothingOptions, SmoothingReport } from "./smoothing.ts";
export { smoothing } from "./smoothing.ts";
export type { RadiusOptions } from "./radius.ts";
export { certifiedRadius } from "./radius.ts";
export type { RubbishRadii, RubbishRadiiOptions } from "./rubbish.ts";
export { rubbishRadii } from "./rubbish.ts";
