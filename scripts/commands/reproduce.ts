import { digits, kernels } from "../../src/mod.ts";
import { type BudgetName, budgets } from "../../src/paper/budgets.ts";
import { reproduce as run } from "../../src/paper/mod.ts";
import { report } from "../../src/report/report.ts";
import { table } from "../../src/report/table.ts";
import { command } from "../cli/command.ts";
import { compute, COMPUTING } from "../cli/computing.ts";
import { choice, text, whole } from "../cli/options.ts";
import { loadData } from "../data/folder.ts";
import { checkWritable, writeFileWhole } from "../files.ts";

/** The claims of the paper, judged by running its experiments. */
export const reproduce = command({
  name: "reproduce",
  summary: "run the paper's experiments and print its figures beside ours",
  options: {
    data: text({
      help: "digits, the built-in set, or a folder of MNIST",
      placeholder: "DIR",
      default: "digits",
    }),
    budget: choice(Object.keys(budgets) as BudgetName[], {
      help: "how much work it may be; by default quick for the built-in digits, else standard",
    }),
    seed: whole({ help: "seed of every draw", default: 1, least: 0 }),
    ...COMPUTING,
    json: text({ help: "file for the report as JSON", placeholder: "FILE" }),
  },
  examples: ["reproduce", "reproduce --data ../mnist --json report.json"],
  async run({ data: name, budget, seed, json, ...computing }, context) {
    const start = performance.now();
    if (json !== undefined) await checkWritable(json);
    compute(computing);
    // the same first 10,000 digits as everywhere, and some more to choose by
    const { learn, test } = name === "digits" ? digits({ learn: 12000 }) : await loadData(name);
    const chosen = budgets[budget ?? (name === "digits" ? "quick" : "standard")];
    using progress = context.progress("reproduce");
    const result = await context.interruptible((signal) =>
      run({ learn, test }, {
        budget: chosen,
        seed,
        signal,
        onProgress: ({ doing, done }) => progress.update(done, doing),
      })
    );
    progress.end();
    const finished = report(result, {
      data: name,
      budget: chosen,
      seed,
      kernels: kernels(),
      seconds: (performance.now() - start) / 1000,
    });
    context.print(table(finished));
    if (json !== undefined) await writeFileWhole(json, `${JSON.stringify(finished, null, 2)}\n`);
    return 0;
  },
});
