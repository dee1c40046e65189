/**
 * Attacks and certificates on a table with bounds, features that stay, whole numbers and categories:
 *
 * `deno run -P=bench scripts/bench/tables.ts --data FILE.csv`
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import {
  type Attack,
  attacks,
  type Batch,
  batch,
  certify,
  constraint,
  type ConstraintOptions,
  matrix,
  maxout,
  softmaxLinear,
  train,
} from "../../src/mod.ts";
import { rowsOf } from "../../src/matrix.ts";
import { loadData } from "../data/folder.ts";

/** Steps of the feature that is made whole, and categories of the one that is made of single words. */
const STEPS = 20, CATEGORIES = 3;

/** A table, and what its features may be. */
export interface TableProblem {
  readonly examples: Batch;
  readonly allowed: Omit<ConstraintOptions, "epsilon" | "norm">;
}

/**
 * A table of numbers as one of all kinds: the first feature stays, the second becomes a whole number from 0 to 20, the third
 * one of three categories at the end, the others keep to the range that they have.
 */
export function tableProblem({ x, labels, classes }: Batch): TableProblem {
  const { rows, cols } = x, inputs = cols - 1 + CATEGORIES;
  const column = (i: number) => Array.from({ length: rows }, (_, row) => x.data[row * cols + i]);
  const ranges = Array.from({ length: cols }, (_, i) => [Math.min(...column(i)), Math.max(...column(i))]);
  const part = (i: number, value: number) => (value - ranges[i][0]) / (ranges[i][1] - ranges[i][0] || 1);
  const out = matrix(rows, inputs);
  for (let row = 0; row < rows; row++) {
    const own = rowsOf(x, row, row + 1).data, to = rowsOf(out, row, row + 1).data;
    to[0] = own[0];
    to[1] = Math.round(STEPS * part(1, own[1]));
    for (let i = 3; i < cols; i++) to[i - 1] = own[i];
    to[cols - 1 + Math.min(CATEGORIES - 1, Math.floor(CATEGORIES * part(2, own[2])))] = 1;
  }
  const kept = [0, ...Array.from({ length: cols - 3 }, (_, i) => i + 3)];
  const bounds = Array.from({ length: inputs }, (_, i): [number, number] => {
    if (i === 1) return [0, STEPS];
    const from = ranges[kept[i === 0 ? 0 : i - 1]];
    // a constant feature gets a range for rounding
    return i >= cols - 1 ? [0, 1] : [from[0], Math.max(from[1], from[0] + 1e-6)];
  });
  return {
    examples: batch({ x: out, labels, classes }),
    allowed: {
      bounds,
      fixed: [0],
      grid: bounds.map((_, i) => i === 1 ? 1 : 0),
      oneHot: [Array.from({ length: CATEGORIES }, (_, k) => cols - 1 + k)],
    },
  };
}

/** The result of one attack on a table. */
export interface TableRow {
  readonly model: string;
  readonly attack: string;
  readonly norm: string;
  readonly epsilon: number;
  readonly errorRate: number;
  /** The first place where its result violates the constraint; undefined if none does. */
  readonly violation?: string;
  /** Share of errors that are not excluded by certificates, of linear models. */
  readonly certified?: number;
}

/** Every attack on a linear model and a network trained on the table. */
export async function* attackTable(
  { examples, allowed }: TableProblem,
  { epochs, attacked = 60, options = {} }: {
    epochs: number;
    attacked?: number;
    options?: Readonly<Record<string, object>>;
  },
): AsyncGenerator<TableRow> {
  const { classes, x: { cols: inputs } } = examples;
  const count = Math.min(attacked, examples.labels.length);
  const some = batch({ x: rowsOf(examples.x, 0, count), labels: examples.labels.slice(0, count), classes });
  for (
    const family of [softmaxLinear({ inputs, classes }), maxout({ inputs, classes, units: [10], pieces: 2 })]
  ) {
    using made = await train(family, examples, { epochs, seed: 1, batchSize: 16 });
    for (const attack of Object.values(attacks) as object[] as Attack[]) {
      for (const norm of attack.norms) {
        if (norm === "angle") continue;
        // a change of category costs 1 in L∞, √2 in L2 and 2 in L1 and L0
        for (const epsilon of norm === "Linf" ? [0.2, 1] : norm === "L0" ? [2] : [0.5, 2]) {
          const { x, fooled } = attack(made, some, { ...allowed, ...options[attack.name], norm, epsilon });
          const limits = constraint(inputs, { ...allowed, norm, epsilon });
          const violation = limits.check(x, some.x);
          const bounded = family.name === "softmaxLinear" && norm !== "L0";
          yield {
            model: family.name,
            attack: attack.name,
            norm,
            epsilon,
            errorRate: fooled.reduce((a, b) => a + b, 0) / count,
            ...(violation &&
              { violation: `example ${violation.row}, feature ${violation.feature} ${violation.problem}` }),
            ...(bounded && { certified: certify(made, some, { ...allowed, norm, epsilon }).errorRate }),
          };
        }
      }
    }
  }
}

if (import.meta.main) {
  const { data, epochs } = {
    epochs: "50",
    data: "",
    ...parseArgs(Deno.args, { string: ["data", "epochs"] }),
  } as { data: string; epochs: string };
  const { train: whole } = await loadData(data);
  const problem = tableProblem(whole);
  console.log(
    `${data}: ${whole.x.rows} examples, ${problem.examples.x.cols} features; [attacked, certified] in %`,
  );
  for await (const row of attackTable(problem, { epochs: Number(epochs) })) {
    const { model, attack, norm, epsilon, errorRate, violation, certified } = row;
    const percent = (rate: number | undefined) => rate === undefined ? "" : (100 * rate).toFixed(1);
    console.log(
      model.padEnd(14),
      attack.padEnd(14),
      norm.padEnd(5),
      `${epsilon}`.padStart(3),
      percent(errorRate).padStart(6),
      percent(certified).padStart(6),
      violation ?? "keeps",
    );
  }
}
