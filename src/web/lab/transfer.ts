import { type Batch, fgsm, measure, type Model, slice } from "../../mod.ts";
import type { Ask } from "./exchanges.ts";
import type { Transfer } from "./protocol.ts";

/** The error of each of `models` on held-out images attacked for each of them. */
export function transfer(
  models: ReadonlyMap<string, Model>,
  test: Batch,
  { epsilon, examples }: Ask<"transfer">,
): Transfer {
  const some = slice(test, 0, examples);
  const all = [...models.values()];
  const errors = (shown: Batch) => all.map((model) => measure(model, shown).errorRate);
  return {
    epsilon,
    examples: some.labels.length,
    names: [...models.keys()],
    clean: errors(some),
    attacked: all.map((model) => errors(fgsm(model, some, { epsilon }))),
  };
}
