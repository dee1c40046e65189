/**
 * Plants faults in a copy of the paper's experiments, one at a time, and lists those that no test of theirs notices:
 * `paper.ts [WORD]`, those alone whose file or words have the word.
 *
 * @module
 */

/** A fault: in a file below src/paper, these words in place of those, which it has once; and the experiments whose pins see it. */
type Fault = readonly [file: string, before: string, after: string, experiments: string];

/** In place of experiments: the tests of recipes, and of claims. */
const RECIPES = "recipes_test", CLAIMS = "claims_test";

const FAULTS: readonly Fault[] = [
  // a larger step in every experiment
  ["experiment", "EPSILON = 0.25", "EPSILON = 0.3", "softmax"],
  ["recipes/maxout", "PUBLISHED_BEST = 243", "PUBLISHED_BEST = 24", RECIPES],
  [
    "adversarial_training",
    '"transfer from naive.error": transfer(naive, hardened)',
    '"transfer from naive.error": transfer(hardened, naive)',
    "adversarial",
  ],
  [
    "agreement",
    '"softmax.on mistakes": percent(withSoftmax.onMistakes)',
    '"softmax.on mistakes": percent(withRbf.onMistakes)',
    "agreement",
  ],
  [
    "ensemble",
    "const whole = underAttack(together, test)",
    "const whole = underAttack(all[0], test)",
    "ensemble",
  ],
  ["recipes/noise", "alpha: 0,", "alpha: 0.5,", RECIPES],
  [
    "measures",
    "percent(attacked.confidenceOnErrors),\n  };\n}\n\n/** A model on its own",
    "percent(attacked.confidence),\n  };\n}\n\n/** A model on its own",
    "softmax",
  ],
  // and more
  ["measures", 'gradient: "float32"', 'gradient: "exact"', "maxout"],
  [
    "measures",
    '"rubbish.confidence": percent(noise.confidenceOnErrors)',
    '"rubbish.confidence": percent(noise.errorRate)',
    "softmax",
  ],
  ["maxout", "bounds: [0, 1]", "bounds: [-1, 2]", "maxout"],
  ["linear", "expected = EPSILON * sizeOf(w)", "expected = 2 * EPSILON * sizeOf(w)", "linear"],
  ["rotation", "const LARGE = 0.65", "const LARGE = 0.5", "rotation"],
  ["rotation", "const SMALL = 0.3", "const SMALL = 0.2", "rotation"],
  ["curves", "crossing(points, 50)", "crossing(points, 40)", "curves"],
  ["lbfgs", "bySign / inBoth", "inBoth / bySign", "lbfgs"],
  ["logistic", "label === 1 ? 1 : -1", "1", "logistic"],
  [
    "logistic_decay",
    "threesAndSevens(trainSet), threesAndSevens(test)",
    "threesAndSevens(test), threesAndSevens(trainSet)",
    "closed",
  ],
  ["decay", "measure(each, own)", "measure(each, test)", "decay"],
  ["adversarial_training", ', labels: "predicted"', "", "adversarial"],
  [
    "adversarial_training",
    '"filters.naive.spread": before.spread',
    '"filters.naive.spread": after.spread',
    "adversarial",
  ],
  ["noise", '"signNoiseMaxout"],', '"uniformNoiseMaxout"],', "noise"],
  ["noise", "Math.max(", "Math.min(", "noise"],
  ["controls", '"lastHiddenControl"', '"hiddenControl"', "controls"],
  ["rbf", 'trainingError("deepRbfSgd")', 'trainingError("deepRbf")', "rbf"],
  ["agreement", " && softmax[i] !== labels[i]);", ");", "agreement"],
  ["agreement", ', gradient: "float32" }).x', " }).x", "agreement"],
  ["line", "slope.data.map(Math.sign)", "slope.data", "line"],
  ["line", "const OUTSIDE = 2", "const OUTSIDE = 1", "line"],
  ["universal", "Math.floor(test.labels.length / 2)", "1", "universal"],
  ["universal", "slice(trainSet, 0, test.labels.length)", "test", "universal"],
  ["ensemble", "fgsm(all[0], test", "fgsm(all[1], test", "ensemble"],
  ["generative", '["mpDbm", MODEL_NAMES.mpDbm]', '["classRbm", MODEL_NAMES.mpDbm]', "generative"],
  ["rubbish", "MOST = 5", "MOST = 3", "rubbish"],
  ["rubbish", "errorOf(taught) - errorOf(independent)", "errorOf(independent) - errorOf(taught)", "rubbish"],
  ["rubbish", 'toward(naive, "sign", EPSILON)', 'toward(naive, "sign", 2 * EPSILON)', "rubbish"],
  ["beyond", "fgsm(model, sample, { epsilon })", "fgsm(model, sample, { epsilon: EPSILON })", "beyond"],
  ["beyond", 'certify ? "auto" : "none"', '"none"', "beyond"],
  ["beyond", "pgd(from, sample", "pgd(to, sample", "beyond"],
  ["beyond", "ensemble(all)", "ensemble(all.slice(0, 1))", "beyondEnsemble"],
  ["recipes/adversarial", "alpha: 0.5", "alpha: 0.3", RECIPES],
  ["recipes/adversarial", "({ epochs: Number(epochs) })", "({ epochs: 1 })", RECIPES],
  ["recipes/ensemble", "MEMBERS = 12", "MEMBERS = 11", RECIPES],
  ["claims/section4", "paper: 89.4", "paper: 98.4", CLAIMS],
];

const root = new URL("../../", import.meta.url);
const copy = new URL(".cache/mutants/paper/", root);
const [word = ""] = Deno.args;

await Deno.remove(copy, { recursive: true }).catch(() => {});
for (const part of ["src", "tests", "wasm", "scripts", "deno.json", "deno.lock"]) await copied(part);

const asked = FAULTS.filter(([file, before]) => `${file} ${before}`.includes(word));
const missed: string[] = [];
for (const [file, before, after, of] of asked) {
  const path = new URL(`src/paper/${file}.ts`, copy);
  const text = await Deno.readTextFile(path);
  const parts = text.split(before);
  if (parts.length !== 2) {
    throw new Error(`Cannot plant ${before} in ${file}: it has it ${parts.length - 1} times`);
  }
  await Deno.writeTextFile(path, parts.join(after));
  const own = of === RECIPES || of === CLAIMS;
  const args = ["test", "-q", "-P=test", "--no-check", `tests/paper/${own ? of : "pins_test"}.ts`];
  const { success, stdout } = await new Deno.Command("deno", {
    args: own ? args : [...args, "--filter", `experiment ${of} measures`],
    cwd: copy,
    stdout: "piped",
    stderr: "piped",
  }).output();
  await Deno.writeTextFile(path, text);
  const failed = new TextDecoder().decode(stdout).match(
    /(experiment|recipes|claims|the paper|no tolerance)[^\n]*\.\.\. .*FAILED/,
  );
  const what = `${file}: ${before.trim().split("\n")[0]} → ${after.trim().split("\n")[0]}`;
  console.log(`${success ? "MISSED" : failed ? "broke " : "broken"} ${what}`);
  if (success || !failed) missed.push(what);
}
console.log(`${asked.length - missed.length} of ${asked.length} faults break a test of their own`);
if (missed.length > 0) Deno.exit(1);

/** Copies a file or a folder of the checkout, all but what is large and no source. */
async function copied(part: string): Promise<void> {
  const [from, to] = [new URL(part, root), new URL(part, copy)];
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(new URL(".", to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) await copied(`${part}/${name}`);
}
