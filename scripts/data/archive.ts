/** NumPy's `.npz` archives. @module */

import { unzipSync } from "fflate";
import { InputError, readNpy } from "../../src/mod.ts";
import { npyTable, readNpyLabels } from "../../src/data/npy.ts";
import type { Table } from "../../src/data/table.ts";

/** Names of inputs and labels for training and for testing, as Keras, scikit-learn's users and MedMNIST have them. */
const HALVES = [
  ["x_train", "y_train", "x_test", "y_test"],
  ["X_train", "y_train", "X_test", "y_test"],
  ["train_images", "train_labels", "test_images", "test_labels"],
  ["train_x", "train_y", "test_x", "test_y"],
  ["train_X", "train_y", "test_X", "test_y"],
] as const;

/** Names of inputs and labels of one table. */
const WHOLES = [["x", "y"], ["X", "y"], ["data", "target"], ["data", "labels"], [
  "images",
  "labels",
]] as const;

/** Bytes that deflate makes of one, at most. */
const MAX_RATIO = 1032;

/** Bytes of arrays that can be held. */
const MAX_BYTES = 2 ** 31;

/** Whether `bytes` begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * The tables in the `.npz` archive `bytes`, stored or deflated: those to train and to test on, or one.
 *
 * @throws {InputError} if it is no archive of arrays, or has none of the names
 */
export function npzTables(bytes: Uint8Array): Table[] {
  const arrays = new Map<string, Uint8Array>();
  const names: string[] = [];
  const wanted = new Set<string>([...HALVES, ...WHOLES].flat());
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        const array = name.replace(/\.npy$/, "");
        names.push(array);
        if (!wanted.has(array)) return false;
        total += originalSize;
        if (originalSize > MAX_RATIO * size + MAX_RATIO || total > MAX_BYTES) {
          throw new InputError(
            "format",
            "read npz",
            `it says that ${array} unpacks to ${originalSize} bytes`,
          );
        }
        return true;
      },
    });
    for (const [name, file] of Object.entries(files)) arrays.set(name.replace(/\.npy$/, ""), file);
  } catch (error) {
    throw error instanceof InputError
      ? error
      : new InputError("format", "read npz", "it is not a whole zip archive");
  }
  const held = (group: readonly string[]) => group.every((name) => arrays.has(name));
  const halves = HALVES.find(held);
  if (halves) {
    const [x, y, xTest, yTest] = halves;
    return [table(arrays, x, y), table(arrays, xTest, yTest)];
  }
  const whole = WHOLES.find(held);
  if (whole) return [table(arrays, whole[0], whole[1])];
  throw new InputError(
    "shape",
    "read npz",
    `it holds ${
      names.slice(0, 8).join(", ") || "nothing"
    }, but not x_train, y_train, x_test and y_test, nor X and y`,
  );
}

function table(arrays: ReadonlyMap<string, Uint8Array>, x: string, labels: string): Table {
  const read = <T>(name: string, read: (bytes: Uint8Array) => T): T => {
    try {
      return read(arrays.get(name)!);
    } catch (error) {
      throw error instanceof InputError ? error.about(`read ${name}`) : error;
    }
  };
  return {
    ...npyTable(read(x, readNpy), read(labels, readNpyLabels)),
    name: x,
    source: { format: `npz, inputs ${x}, labels ${labels}` },
  };
}
