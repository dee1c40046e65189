// deno-lint-ignore-file no-explicit-any -- a library that is no dependency of this project has no types here

import { repeated } from "../measure.ts";
import type { Peer } from "./peer.ts";

const VERSION = "6.15.0";

/** ml-matrix: double precision, plain JavaScript. */
export async function mlMatrix(): Promise<Peer> {
  const specifier = `npm:ml-matrix@${VERSION}`;
  const { Matrix }: any = await import(specifier);
  return {
    name: "ml-matrix",
    about: `${VERSION}, float64`,
    threads: 1,
    product({ form, m, n, k }, a, b) {
      const [A, B] = [
        Matrix.from1DArray(...(form === "gemmTN" ? [k, m] : [m, k]), a),
        Matrix.from1DArray(...(form === "gemmNT" ? [n, k] : [k, n]), b),
      ];
      const call = () => (form === "gemmTN" ? A.transpose() : A).mmul(form === "gemmNT" ? B.transpose() : B);
      return Promise.resolve({ result: call().to1DArray(), sample: repeated(call) });
    },
  };
}
