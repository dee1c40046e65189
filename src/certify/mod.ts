/** Certificates. @module */

export type { Proof } from "./cascade.ts";
export type { Certificates } from "./certify.ts";
export type { Certificate } from "./witness.ts";
export type { CertifyOptions } from "./options.ts";
export { certificates, certify } from "./certify.ts";
export type { SmoothingOptions, SmoothingReport } from "./smoothing.ts";
export { smoothing } from "./smoothing.ts";
export type { RadiusOptions } from "./radius.ts";
export { certifiedRadius } from "./radius.ts";
export type { RubbishRadii, RubbishRadiiOptions } from "./rubbish.ts";
export { rubbishRadii } from "./rubbish.ts";
