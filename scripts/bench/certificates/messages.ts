/** What a measurement of certificates and its workers tell each other. @module */

import type { Certificate, CertifyOptions, ClassPair } from "../../../src/mod.ts";

/** What all workers know. */
export interface Setting {
  /** A saved model. */
  readonly model: Uint8Array<ArrayBuffer>;
  readonly constraint: { epsilon: number; norm: "Linf" | "L2"; bounds?: readonly [number, number] };
  readonly method: NonNullable<CertifyOptions["method"]>;
  /** Seconds of branch and bound for each example. */
  readonly timeLimit: number;
  /** Walks of PGD on the margin before the certificates; 0 for none. */
  readonly restarts: number;
}

/** What a worker is to do. */
export type Order =
  | { readonly kind: "begin"; readonly setting: Setting }
  | { readonly kind: "global"; readonly pairs: readonly ClassPair[] }
  | {
    readonly kind: "rows";
    readonly rows: { readonly x: Float32Array; readonly labels: Int32Array };
    readonly global?: Float64Array;
  };

/** What a worker has found. */
export type Answer =
  | { readonly kind: "global"; readonly table: Float64Array }
  | {
    readonly kind: "rows";
    /** Milliseconds of the attack. */
    readonly attacking: number;
    readonly examples: readonly Certificate[];
  };
