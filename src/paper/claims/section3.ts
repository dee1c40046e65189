/** Claims of section 3: the linear view. @module */

import { every, less } from "../ordering.ts";
import { type ClaimInPercent, value } from "./common.ts";

/** Section 3: the linear view. */
export const section3: readonly ClaimInPercent[] = [
  {
    id: "linear.identity.gap",
    kind: "derived",
    section: "3",
    what: "Softmax scores under ±ε with the weights' signs, against ε·m·n: largest gap",
    paper: 0,
    unit: "relative",
    conditions: "identity; float32 against float64, relative to ε·m·n",
    tolerance: value(1e-4),
  },
  {
    id: "linear.signs.growth",
    kind: "derived",
    section: "3",
    what: "Change of a weighted sum over all pixels, as a multiple of that over a quarter of them",
    paper: 4,
    unit: "number",
    conditions: "signs of the weights; first-layer filters of the maxout network, pixels at random",
    tolerance: value(0.2),
    ordering: less("linear.noise.growth", "linear.signs.growth"),
  },
  {
    id: "linear.noise.growth",
    kind: "derived",
    section: "3",
    what: "The same with random signs: grows by the square root alone",
    paper: 2,
    unit: "number",
    conditions: "as a sum of independent terms; the paper says as much in section 6",
    tolerance: value(0.2),
    ordering: less("linear.noise.growth", "linear.signs.growth"),
  },
  {
    id: "linear.trained on 784.growth",
    kind: "own",
    section: "3",
    what: "ε·m·n of softmax regression on 784 pixels, above that on 196 and 49",
    paper: null,
    unit: "number",
    conditions: "trained on images whose pixels were averaged over squares",
    ordering: every(
      less("linear.trained on 49.growth", "linear.trained on 196.growth"),
      less("linear.trained on 196.growth", "linear.trained on 784.growth"),
    ),
  },
];
