/** Every kernel but the matrix products, on the sizes of a maxout step of 100 digits and an RBF step of 200. @module */

import { attacks } from "./cases/attack.ts";
import { elementwise } from "./cases/elementwise.ts";
import { heads } from "./cases/heads.ts";
import { images } from "./cases/images.ts";
import { maxout } from "./cases/maxout.ts";
import { updates } from "./cases/optimizer.ts";
import { rbf } from "./cases/rbf.ts";
import { forEachConfig, type Part, subjectOf } from "./part.ts";
import type { Case } from "./verify.ts";

/** All kernels. */
export function cases(): Case[] {
  return [elementwise, heads, maxout, updates, rbf, attacks, images].flatMap((group) => group())
    .map((draft) => ({ ...draft, name: draft.name ?? draft.kernel }));
}

/** The kernels. */
export const kernels: Part = (setting) => {
  const all = cases();
  return forEachConfig(setting, (config, heap) => all.map((one) => subjectOf(one, config, heap)));
};
