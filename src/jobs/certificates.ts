/** Jobs that certify parts of the data, and those that make the table which all parts share. @module */

import { pgd } from "../attacks/pgd.ts";
import type { ClassPair } from "../certify/cascade.ts";
import { certificatesSharing } from "../certify/certify.ts";
import { globalBounds } from "../certify/global_bounds.ts";
import type { Certificate } from "../certify/witness.ts";
import type { CertifyOptions } from "../certify/options.ts";
import { type Batch, select } from "../data/batch.ts";
import { loadModel } from "../models/file.ts";
import type { Kind } from "./job.ts";

/** What is certified, and how. The inputs are `model`, a saved one, and `examples`. */
export interface CertificateRecipe {
  readonly constraint: Pick<CertifyOptions, "bounds"> & { epsilon: number; norm: "Linf" | "L2" };
  readonly method: NonNullable<CertifyOptions["method"]>;
  /** Seconds of branch and bound for each example, by the clock of who does it: how many are open then is its. */
  readonly timeLimit: number;
  /** Walks of PGD on the margin for what the bounds leave open; one goes before them; 0 for none at all. */
  readonly restarts: number;
  /** Places of the examples. */
  readonly rows: readonly number[];
  /** Bounds that all parts share, from jobs of `table`; null where they know none. */
  readonly table?: Table;
}

/** Most by which classes gain on others, (C·C), ready for JSON. */
export type Table = readonly (number | null)[];

/** Which pairs of classes are bounded. The input is `model`. */
export interface TableRecipe {
  readonly constraint: CertificateRecipe["constraint"];
  readonly pairs: readonly ClassPair[];
}

/** Certificates of a part of the examples, in the order of its rows. */
export const certificates: Kind<CertificateRecipe> = {
  action: ({ rows }) => `certify ${rows.length} examples from ${rows[0]} on`,
  resumable: false,
  async perform({ recipe, inputs }, bench): Promise<Certificate[]> {
    using model = loadModel(await bench.bytes(inputs.model));
    const examples = select(await bench.batch(inputs.examples), recipe.rows);
    const { constraint, method, timeLimit, restarts, table } = recipe;
    const fooled = (of: Batch, restarts: number): Uint8Array | undefined => {
      if (recipe.restarts === 0 || of.labels.length === 0) return undefined;
      return pgd(model, of, { ...constraint, loss: "margin", restarts, stopEarly: true }).fooled;
    };
    const attacked = fooled(examples, 1);
    bench.onProgress(0, "");
    await bench.turn();
    const bounds = table && Float64Array.from(table, (bound) => bound ?? Infinity);
    const how = { ...constraint, method, timeLimit, attacked, now: bench.now };
    const found = [...certificatesSharing(bounds, model, examples, how)];
    await bench.turn();
    // the many walks are for what neither settled
    const open = found.flatMap(({ certified, falsified }, i) => certified || falsified ? [] : [i]);
    fooled(select(examples, open), restarts)?.forEach((is, k) => {
      if (is) found[open[k]] = { ...found[open[k]], falsified: true, method: "attack" };
    });
    return found;
  },
};

/** Some entries of the table that parts share. */
export const table: Kind<TableRecipe> = {
  action: ({ pairs }) => `bound ${pairs.length} pairs of classes`,
  resumable: false,
  async perform({ recipe: { constraint: { epsilon, norm }, pairs }, inputs }, bench): Promise<Table> {
    using model = loadModel(await bench.bytes(inputs.model));
    return Array.from(globalBounds(model, { epsilon, norm, pairs }), (each) => each < Infinity ? each : null);
  },
};

/** The table that tables of some pairs each come to. */
export function joinedTable(tables: readonly Table[]): Table {
  return tables[0].map((_, i) => {
    const min = Math.min(...tables.map((each) => each[i] ?? Infinity));
    return min < Infinity ? min : null;
  });
}
