/** Requests with what is answered to them. @module */

/** A request, and the status of its answer. */
export interface Case {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** More than one where engines differ in what they take for JSON. */
  readonly status: number | readonly number[];
}

/** The model that requests are made for. */
export interface Target {
  /** Its name. */
  readonly model: string;
  readonly inputs: number;
  readonly classes: number;
}

/** Headers of bodies. */
export const JSON_TYPE = { "content-type": "application/json" };
export const TENSORS = { "content-type": "application/vnd.safetensors" };

/** An input in [0, 1], the same for the same `i`. */
export function input(i: number, inputs: number): number[] {
  return Array.from({ length: inputs }, (_, j) => ((i + 1) * (j + 3) * 7 % 11) / 16);
}
