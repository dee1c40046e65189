import type { Model, Tensor } from "../../mod.ts";
import type { Filters } from "./protocol.ts";

/** Units shown of a hidden layer. */
const MOST_UNITS = 15;

/**
 * What the first layer of `model` looks for, as images: weights, or an RBF network's centers. A maxout unit's pieces
 * stand in one row (paper, figure 3).
 */
export function filtersOf(model: Model): Filters {
  const tensors = model.tensors();
  const flat = tensors.W ?? tensors.mu;
  if (flat) return { columns: flat.shape[0], images: flat.data as Float32Array };
  return byUnit(tensors["layer0.W"]);
}

/** (P, U, D) as U rows of P images. */
function byUnit({ shape: [pieces, units, inputs], data }: Tensor): Filters {
  const shown = Math.min(units, MOST_UNITS);
  const images = new Float32Array(shown * pieces * inputs);
  for (let u = 0; u < shown; u++) {
    for (let p = 0; p < pieces; p++) {
      const from = (p * units + u) * inputs;
      images.set(data.subarray(from, from + inputs), (u * pieces + p) * inputs);
    }
  }
  return { columns: pieces, images };
}
