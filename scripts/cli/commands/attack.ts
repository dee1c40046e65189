/** `gibbon attack`. @module */

import { attackNamed } from "../../../src/attacks/mod.ts";
import {
  type AttackedRates,
  type EvaluationConditions,
  fooledRate,
  rates,
} from "../../../src/evaluate/evaluation.ts";
import { measureAnswers } from "../../../src/evaluate/measure.ts";
import {
  type Adversarial,
  type Batch,
  kernels,
  predict,
  type Predictions,
  type Reading,
} from "../../../src/mod.ts";
import { readingJson, readingText } from "../../../src/data/reading.ts";
import type { Differentiable } from "../../../src/models/classifier.ts";
import { UserError } from "../../errors.ts";
import { checkWritable } from "../../files.ts";
import { ATTACK_OPTIONS, ATTACKS, BOUNDED, configureAttacks, constraintOptions } from "../attacking.ts";
import { type Command, command, type Context, type OwnValues } from "../command.ts";
import { ASKING, askRemote, isRemote, remoteAt } from "../remote.ts";
import type { Trial } from "../../../src/evaluate/outcomes.ts";
import { compute, COMPUTING } from "../computing.ts";
import { wrapped } from "../help.ts";
import { type Examples, examplesFor, loadExamples, READ_OPTIONS, SHARED } from "../inputs.ts";
import { ASKED, openModel } from "../model_file.ts";
import { choice, flag, integerOption, text } from "../options.ts";
import { conditionsText, LEGEND, nameShown, percent, ratesTables } from "../outputs.ts";
import { filesOf, FORCE, formatOf, FORMATS, writeExamples } from "../examples_file.ts";
import { NOTHING_KEPT, runInterruptible } from "../turns.ts";

/** Attacks examples and writes the results. */
export const attack: Command = command({
  name: "attack",
  summary: "Make adversarial examples and write them to a file",
  options: {
    model: SHARED.modelOrUrl,
    data: SHARED.data,
    ...ASKED,
    ...READ_OPTIONS,
    attack: choice(ATTACKS, { help: "How to attack", default: "fgsm" }),
    epsilon: SHARED.epsilon,
    target: integerOption({
      help: "Class that the model is to predict; by default any wrong one",
      placeholder: "K",
      min: 0,
    }),
    ...BOUNDED,
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...COMPUTING,
    out: text({
      help: `File to write, ${FORMATS} by its name's ending; by default none`,
      placeholder: "FILE",
    }),
    force: FORCE,
    json: flag("Print one JSON object, rates as fractions"),
  },
  own: [ATTACK_OPTIONS, ASKING],
  notes:
    "A .safetensors file holds x, xAdv, label, predicted, predictedAdv and probabilityAdv, and in its metadata how they were made. A .npy file holds xAdv alone, with the labels beside, a .csv file the label and xAdv of each example in a line; inputs are scaled as the model takes them.",
  examples: [
    "attack --model maxout.safetensors --data digits --epsilon 0.25 --out adversarial.safetensors",
    "attack --model maxout.safetensors --data digits --epsilon 0.25 --target 3 --bounds 0,1 --limit 100",
  ],
  async run(values, context) {
    const { model: file, attack: name, epsilon, target, out, split } = values;
    const bounded = constraintOptions(values);
    const [tried] = configureAttacks([name], values.own);
    if (target !== undefined && values.own.attack[name].labels !== undefined) {
      throw new UserError("--labels cannot be used with --target, whose loss is lowered", 2);
    }
    if (out !== undefined) {
      for (const written of filesOf(out)) await checkWritable(written, { force: values.force });
    }
    await compute(values);
    const options = { ...tried.options, ...bounded, target };
    const trial = { attack: attackNamed(name), epsilons: [epsilon], options };
    const { examples, before, adversarial, family } = await answersTo(values, trial, context);
    const conditions: EvaluationConditions = { bounds: null, ...bounded, attacks: [tried] };
    const data = {
      name: values.data,
      split,
      examples: examples.x.rows,
      reading: readingJson(examples.reading),
    };
    const head = { model: file, data, kernels: kernels(), conditions };
    if (out !== undefined) {
      const made = {
        ...head,
        family,
        attack: name,
        epsilon,
        ...(target !== undefined && { target }),
      };
      await writeExamples(out, { examples, adversarial, before: before.predicted, made });
    }

    const clean = rates(measureAnswers(before, examples));
    const attacked: AttackedRates = {
      attack: name,
      distance: tried.distance,
      epsilon,
      ...rates(measureAnswers(adversarial, examples)),
      fooledRate: fooledRate(before, adversarial, examples.labels),
      zeroGradients: adversarial.zeroGradients,
    };
    const hit = target === undefined ? undefined : targeted(target, { examples, before, adversarial });
    if (values.json) {
      context.print(JSON.stringify({ ...head, clean, attacked: [attacked], ...(hit && { targeted: hit }) }));
      return 0;
    }
    const { width } = context;
    context.print(`${file} (${family}) on ${data.examples} examples of ${data.name}`);
    context.print(`${wrapped(`data: ${readingText(examples.reading)}`, width).join("\n")}\n`);
    context.print(ratesTables(clean, [attacked], width));
    if (hit) {
      const { examples: count, already, hitRate } = hit;
      const name = examples.classNames === undefined ? target : nameShown(examples.classNames[target!]);
      context.print(
        `\ntaken for class ${name}: ${percent(hitRate)} of ${count} that were not; ${already} were`,
      );
    }
    context.print(`\n${conditionsText(conditions, { split, kernels: head.kernels, width })}`);
    context.print(wrapped(LEGEND, width).join("\n"));
    if (out !== undefined) context.print(wrapped(writtenText(out, examples.reading), width).join("\n"));
    return 0;
  },
});

/** What was written, and how it is read again where a file does not say that its inputs are scaled. */
function writtenText(out: string, { scaling }: Reading): string {
  const again = scaling.kind === "none" || formatOf(out) === "safetensors"
    ? ""
    : ", inputs scaled as the model takes them: --scale none reads them";
  return `wrote ${filesOf(out).join(" and ")}${again}`;
}

/** The result of one attack on the named model, of a file or a remote one, with the name of its family. */
async function answersTo(
  values: Parameters<typeof examplesFor>[2] & { model: string; target?: number; own: OwnValues },
  trial: Pick<Trial, "attack" | "epsilons"> & { options: { target?: number } },
  context: Context,
): Promise<{ examples: Examples; before: Predictions; adversarial: Adversarial; family: string }> {
  const { model: file, target } = values;
  const checkTarget = (classes: number) => {
    if (target === undefined || target < classes) return;
    throw new UserError(`--target must be in 0 … ${classes - 1}, the classes of the model, not ${target}`, 2);
  };
  if (isRemote(file)) {
    const examples = await loadExamples(values);
    checkTarget(examples.classes);
    const remote = remoteAt(file, examples, values.own);
    const { before, attacked: [{ adversarial }] } = await askRemote(remote, examples, {
      trials: [trial],
      title: "attack",
      context,
    });
    return { examples, before, adversarial, family: "remote" };
  }
  using model = await openModel(file, values, context.note);
  checkTarget(model.classes);
  const examples = await examplesFor(model, file, values);
  const steps = trial.attack.steps(model as Differentiable, examples, {
    ...trial.options,
    epsilons: trial.epsilons,
  });
  const [adversarial] = await runInterruptible(steps, context, { title: "attack", kept: NOTHING_KEPT });
  return { examples, before: predict(model, examples.x), adversarial, family: model.family.name };
}

/** How often a targeted attack succeeds. */
interface Targeted {
  readonly target: number;
  /** Examples that were of another class, and taken for another one, before. */
  readonly examples: number;
  /** The other examples: of the target's class, or predicted as it before. They do not measure the attack. */
  readonly already: number;
  /** Of those examples, the fraction that is taken for the target; null where there is none. */
  readonly hitRate: number | null;
}

function targeted(
  target: number,
  { examples: { labels }, before, adversarial }: {
    examples: Batch;
    before: Predictions;
    adversarial: Adversarial;
  },
): Targeted {
  const others = Array.from(labels.keys()).filter((i) =>
    labels[i] !== target && before.predicted[i] !== target
  );
  const hits = others.filter((i) => adversarial.predicted[i] === target).length;
  return {
    target,
    examples: others.length,
    already: labels.length - others.length,
    hitRate: others.length > 0 ? hits / others.length : null,
  };
}
