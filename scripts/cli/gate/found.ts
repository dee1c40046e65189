/** What `gibbon init` finds by itself: files, bounds of inputs, sizes worth trying. @module */

import type { Matrix, RobustnessReport } from "../../../src/mod.ts";
import { fitScaling } from "../../../src/data/scaling.ts";
import { wilsonInterval } from "../../../src/evaluate/significance.ts";
import { UserError } from "../../errors.ts";
import { layoutOf } from "../../data/layouts.ts";

/** Names of models in `folder`. */
export function modelsIn(folder: string): string[] {
  return namesIn(folder).files.filter((name) => /\.(onnx|safetensors|keras)$|^model\.json$/i.test(name));
}

/** Data sets in `folder`: `.` for files of its own that are one, files, or folders that hold one. */
export function dataIn(folder: string): string[] {
  const { files, folders } = namesIn(folder);
  if (isDataSet(files)) return ["."];
  return [
    ...files.filter((name) => /\.(csv|tsv|npz)(\.gz)?$/i.test(name)),
    ...folders.filter((name) => isDataSet(namesIn(`${folder}/${name}`).files)),
  ];
}

function isDataSet(files: readonly string[]): boolean {
  try {
    return layoutOf("find data", files) !== undefined;
  } catch (error) {
    // a part of a data set is not one
    if (error instanceof UserError) return false;
    throw error;
  }
}

function namesIn(folder: string): { files: string[]; folders: string[] } {
  try {
    const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
    return {
      files: entries.filter(({ isFile }) => isFile).map(({ name }) => name),
      folders: entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name),
    };
  } catch {
    return { files: [], folders: [] };
  }
}

/** Ranges that inputs are often held to, the narrowest first. */
const RANGES = [[0, 1], [-1, 1], [0, 255]] as const;

/** The range that all of `x` lies in and fills by half at least; nothing if it is none of the usual ones. */
export function boundsOf({ data }: Matrix): readonly [number, number] | undefined {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of data) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return RANGES.find(([lo, hi]) => least >= lo && greatest <= hi && greatest - least >= (hi - lo) / 2);
}

/** Parts of the range of an input, or of twice its standard deviation, that are tried. */
const PARTS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/** Sizes to try in L∞: parts of the bounds, or of the spread of a typical input. */
export function sizesFor(x: Matrix, bounds: readonly [number, number] | undefined): number[] {
  const spreads = [...fitScaling("standard", x).divisor!].sort((a, b) => a - b);
  const range = bounds ? bounds[1] - bounds[0] : 2 * spreads[Math.floor(spreads.length / 2)];
  return PARTS.map((part) => Number((part * range).toPrecision(2)));
}

/** The largest size at which attacks leave half of the examples right, so that a change for better or worse shows. */
export function sizeOf({ at }: Pick<RobustnessReport, "at">): number {
  return (at.findLast(({ attacked }) => attacked.errorRate <= 0.5) ?? at[0]).epsilon;
}

/** The most that a rate may be where so many errors were measured: the upper end of its interval, in tenths of a percent. */
export function limitFor(errors: number, examples: number): number {
  return Math.ceil(1000 * wilsonInterval(errors, examples)[1]) / 1000;
}
