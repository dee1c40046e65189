/** What the contracts are tried on: small models of every family, with parameters of ordinary size, and examples. */

import { type Batch, batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import type { Family } from "../../src/models/family.ts";
import { type Model, model } from "../../src/models/model.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import { families, type FamilyName, familyNamed, optionsOf } from "../../src/models/families.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import type { AnySchema } from "../../src/schema.ts";
import { randomLabels, uniformMatrix } from "../support.ts";

/** Inputs and classes of every specimen; 7 leaves a tail behind each vector of 4. */
export const INPUTS = 7, CLASSES = 3;

/** What to vary beside the family's own defaults; a family without a row here is tried with those, only smaller. */
const VARIANTS: Record<string, Record<string, unknown>[]> = {
  maxout: [
    { units: [5], pieces: 3 },
    { units: [5, 4], pieces: 2 },
    { units: [5], pieces: 3, head: "sigmoid" },
    { units: [5], pieces: 1 },
  ],
  rbf: [{}, { precision: 3 }, { precision: "full" }],
  mpDbm: [
    { units: [5, 6], iterations: 3, labelWeight: 1 },
    { units: [5], iterations: 2, inputShare: 0.25, labelWeight: 1 },
    { units: [5, 4, 5], iterations: 1, inputShare: 1, labelWeight: 2 },
  ],
  classRbm: [{ hidden: 5 }],
  cnn: [
    { image: [1, 1, 7], channels: [2], kernel: 3, pool: 3 },
    {
      image: [1, 7, 1],
      channels: [3, 2],
      kernel: 2,
      pool: 1,
      units: [3],
      activation: "tanh",
      head: "sigmoid",
    },
    { image: [1, 7, 1], channels: [2], kernel: 3, pool: 1, units: [4], activation: "tanh", batchNorm: true },
  ],
  convMaxout: [
    { image: [1, 7, 1], channels: [1], kernel: 3, pool: 3 },
    { image: [7, 1, 1], channels: [3], kernel: 1, units: [2], head: "sigmoid" },
  ],
  deepRbf: [{ units: [5] }, { units: [5, 4] }],
};

/** A family of the registry in one of its variants, with parameters to try it on. */
export interface Specimen {
  /** What to call it in a message. */
  name: string;
  family: Family;
  /** Always the same; unlike initial ones they make every gradient of ordinary size. */
  tensors: Tensors;
}

/** Every family of the registry. */
export const specimens: readonly Specimen[] = Object.keys(families).flatMap((key) =>
  (VARIANTS[key] ?? smallVariants(key)).map((variant) => {
    const sizes = optionsOf(key, { inputs: INPUTS, classes: CLASSES });
    const family = familyNamed(key, { ...sizes, ...variant });
    return { name: `${key} ${JSON.stringify(variant)}`, family, tensors: ordinaryTensors(family) };
  })
);

/** The family's defaults with lists of sizes cut to a few, and one variant for every other word of its choices. */
function smallVariants(key: string): Record<string, unknown>[] {
  const { options } = families[key as FamilyName] as { options: AnySchema };
  const fields = Object.entries(options);
  const small = Object.fromEntries(
    fields.flatMap(([name, { kind }]) => kind === "integers" ? [[name, [5, 4]]] : []),
  );
  const words = fields.flatMap(([name, { kind, choices = [] }]) =>
    kind === "choice" ? choices.map((word) => ({ ...small, [name]: word })) : []
  );
  return words.length > 0 ? words : [small];
}

/** Parameters of ordinary size, always the same; initial ones are often all 0. */
export function ordinaryTensors({ name: family, shapes, config }: Family): Tensors {
  // what sigmoids flatten, layer upon layer, needs weights to match, and so do few channels of which many are silent
  const wide = family === "mpDbm" || config.activation === "sigmoid" ? 2 : config.pool ? 1.2 : 0.8;
  // precisions are positive, and so small that probabilities of an RBF are not all 0
  const ranges: Record<string, [number, number]> = {
    beta: [0.05, 0.5],
    variance: [0.3, 0.9],
    factor: [-0.3, 0.3],
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      const own = name.replace(/^(layer|conv)\d\.(norm\.)?/, "");
      const [lo, hi] = ranges[own] ?? (name.endsWith("W") ? [-wide, wide] : [-0.8, 0.8]);
      return [name, {
        shape,
        data: uniformMatrix(1, shape.reduce((a, b) => a * b), 100 + i, { lo, hi }).data,
      }];
    }),
  );
}

/** A specimen as a model; dispose it. */
export function specimenModel({ family, tensors }: Specimen): Model {
  return model(family, { tensors });
}

/**
 * A model that a user might write, s_c = Σᵢ w (x + x²/4), on a head of the library's: plain loops, and a gradient
 * in runs of three rows.
 */
export function userModel(): Differentiable {
  const w = uniformMatrix(CLASSES, INPUTS, 7, { lo: -0.8, hi: 0.8 }).data;
  const scores = (x: Matrix) => {
    const out = matrix(x.rows, CLASSES);
    for (let b = 0; b < x.rows; b++) {
      for (let c = 0; c < CLASSES; c++) {
        for (let i = 0; i < INPUTS; i++) {
          const v = x.data[b * INPUTS + i];
          out.data[b * CLASSES + c] += w[c * INPUTS + i] * (v + v * v / 4);
        }
      }
    }
    return out;
  };
  return {
    inputs: INPUTS,
    classes: CLASSES,
    head: heads.softmax,
    scores,
    inputGradient(x, dScores) {
      const out = matrix(x.rows, INPUTS);
      for (let first = 0; first < x.rows; first += 3) {
        const rows = rowsOf(x, first, Math.min(first + 3, x.rows));
        const d = dScores(scores(rows), first).data;
        for (let j = 0; j < rows.data.length; j++) {
          const [b, i] = [Math.floor(j / INPUTS), j % INPUTS];
          for (let c = 0; c < CLASSES; c++) {
            out.data[first * INPUTS + j] += d[b * CLASSES + c] * w[c * INPUTS + i] * (1 + rows.data[j] / 2);
          }
        }
      }
      return out;
    },
  };
}

/** Runs `law` on a model of every specimen, and on the user's. */
export function forEveryModel(law: (model: Differentiable, name: string) => void): void {
  for (const specimen of specimens) {
    using each = specimenModel(specimen);
    law(each, specimen.name);
  }
  law(userModel(), "a user's model");
}

/** Examples for a model, always the same for the same seed. */
export function examplesFor(
  { inputs, classes }: { inputs: number; classes: number },
  rows: number,
  { seed = 1, lo = -1, hi = 1 }: { seed?: number; lo?: number; hi?: number } = {},
): Batch {
  return batch({
    x: uniformMatrix(rows, inputs, seed, { lo, hi }),
    labels: randomLabels(rows, classes, seed),
    classes,
  });
}

/** The same with most inputs exactly 0, as in images: layers may then compute another way. */
export function mostlyZero(examples: Batch): Batch {
  const { x } = examples;
  return { ...examples, x: matrix(x.rows, x.cols, x.data.map((value, i) => i % 4 === 1 ? value : 0)) };
}
