import { assert, assertEquals } from "@std/assert";
import type { Chain, LinearLayer } from "../../src/certify/chain.ts";
import { marginOf, scoresOf } from "../../src/certify/chain.ts";
import { pointToward } from "../../src/certify/complete.ts";
import { boundChain } from "../../src/certify/crown.ts";
import { splitCandidates } from "../../src/certify/hidden.ts";
import { matrix } from "../../src/matrix.ts";
import "../../src/runtime/inlined.ts";
import { neighborhood } from "./specimens.ts";

function layer(rows: number, cols: number, W: number[], b: number[]): LinearLayer {
  return { type: "linear", rows, cols, W: Float64Array.from(W), b: Float64Array.from(b) };
}

/** Class 1 leads by f(a·x₀) + f(a·x₁) − shift, f being the activation. */
function pair(activation: Chain["layers"][1], shift: number): Chain {
  const pieces = activation.type === "maxout" ? [1, 0, 0, 1, 0, 0, 0, 0] : [1, 0, 0, 1];
  return {
    inputs: 2,
    classes: 2,
    layers: [
      layer(pieces.length / 2, 2, pieces, new Array(pieces.length / 2).fill(0)),
      activation,
      layer(2, 2, [0, 0, 1, 1], [0, -shift]),
    ],
  };
}

for (
  const [name, activation] of [
    ["relu", { type: "relu" }],
    ["leakyRelu", { type: "leakyRelu", slope: 0.1 }],
    ["maxout", { type: "maxout", pieces: 2 }],
  ] as const
) {
  for (const norm of ["Linf", "L2"] as const) {
    Deno.test(`pointToward follows the gradient where neither t nor its corner is misclassified: ${name}, ${norm}`, () => {
      const chain = pair(activation, norm === "L2" ? 0.6 : 0.7);
      const within = neighborhood([0.25, 0.25], { norm, epsilon: 0.2, box: { lo: -1, hi: 1 } });
      const t = Float64Array.of(0.2, -0.2);
      const found = pointToward(chain, { within, label: 0, rival: 1, t });
      assert(found && marginOf(scoresOf(chain, found), 0) < 0);
      const moved = found.map((value) => value - 0.25);
      const size = norm === "L2" ? Math.hypot(...moved) : Math.max(...moved.map(Math.abs));
      assert(size <= 0.2 + 1e-12, `${size}`);
      assertEquals(pointToward(pair(activation, 1.2), { within, label: 0, rival: 1, t }), undefined);
    });
  }
}

Deno.test("splitCandidates puts a unit whose sign a relaxation leaves open before one whose sign it all but knows", () => {
  const chain = pair({ type: "relu" }, 0.5);
  const path = boundChain(
    chain,
    neighborhood([0, 0], { norm: "Linf", epsilon: 1, box: { lo: -1, hi: 1 } }),
  );
  const at = (x0: number[], x1: number[], signs = new Map<number, boolean>()) =>
    splitCandidates(chain, path, { label: 0, rival: 1, signs, vectors: matrix(2, 2, [...x0, ...x1]) });
  assertEquals(at([0, 1], [1, 0]), [0, 1]);
  assertEquals(at([1, 0], [0.6, 0.8]), [1, 0]);
  assertEquals(at([1, 0], [0.6, 0.8], new Map([[1, true]])), [0]);
});
