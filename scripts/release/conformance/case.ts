/** The cases of the conformance run: their type, and what they share. @module */

import {
  type Batch,
  digits,
  families,
  familyNamed,
  type Model,
  select,
  train,
  type TrainOptions,
} from "@gibbon/gibbon";

/** Work whose bytes must be the same on every host. */
export interface Case {
  /** First part of its rows' names in the table of hashes. */
  readonly name: string;
  /** Threads to ask for; default 1. Where a host has fewer, the bytes are the same. */
  readonly threads?: number;
  /** Its outputs by name. */
  run(): Promise<Record<string, Uint8Array>>;
}

/** Sizes of all families; those of the maxout network leave a remainder in every kernel. */
const SIZES = {
  inputs: 784,
  classes: 10,
  units: [25, 13],
  pieces: 3,
  precision: 3,
  channels: [5, 7],
  kernel: 3,
};

/** The examples of all cases: few, and not a multiple of a batch. */
export function examples(): { train: Batch; test: Batch } {
  return digits({ seed: 1, train: 330, test: 50 });
}

/** Those examples whose label is one of so many classes. */
export function within(examples: Batch, classes: number): Batch {
  const known = [...examples.labels.keys()].filter((i) => examples.labels[i] < classes);
  return { ...select(examples, known), classes };
}

/** A model of the family called `name`, trained for two epochs by the family's own recipe. */
export function trained(name: string, options: TrainOptions = {}): Promise<Model> {
  const { options: known } = families[name as keyof typeof families];
  const family = familyNamed(name, Object.fromEntries(Object.entries(SIZES).filter(([key]) => key in known)));
  return train(family, within(examples().train, family.classes), { epochs: 2, seed: 7, ...options });
}

/** The bytes of numbers, little-endian as WebAssembly has them. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A model's parameters, each as bytes under its name after `prefix`. */
export function tensorBytes(prefix: string, model: Model): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(model.tensors()).map((
      [name, { data }],
    ) => [`${prefix}.${name}`, bytesOf(data as Float32Array)]),
  );
}
