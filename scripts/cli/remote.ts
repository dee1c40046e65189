/** Classifiers behind an address, attacked by what needs no gradient. @module */

import type { Attack } from "../../src/attacks/attack.ts";
import type { Outcomes, Trial } from "../../src/evaluate/outcomes.ts";
import { type Adversarial, type Batch, httpClassifier, signNoise } from "../../src/mod.ts";
import { HTTP_OPTIONS } from "../../src/remote/http.ts";
import type { AsyncClassifier } from "../../src/models/classifier.ts";
import { EXIT, UserError } from "../errors.ts";
import type { Context, OwnOptions, OwnValues } from "./command.ts";

/** Whether a model is named by an address, and not by a file. */
export function isRemote(model: string): boolean {
  return /^https?:\/\//i.test(model);
}

const { inputs: _, classes: __, url: ___, ...asking } = HTTP_OPTIONS;

/** How a classifier behind an address is asked. */
export const ASKING: OwnOptions = {
  of: "model",
  as: (model) => isRemote(model) ? "URL" : "FILE",
  schemas: { URL: asking },
};

/** The classifier at the address `url`, which is to know the examples' inputs and classes. */
export function remoteAt(url: string, { x, classes }: Batch, own: OwnValues): AsyncClassifier {
  return httpClassifier({ url, inputs: x.cols, classes, ...own.model.URL });
}

/** What came of an attack on a remote classifier, and what it said of the examples as they are. */
export interface RemoteAnswers {
  readonly before: Adversarial;
  /** One for each trial and size. */
  readonly attacked: readonly {
    readonly trial: Trial;
    readonly epsilon: number;
    readonly adversarial: Adversarial;
  }[];
}

/**
 * The answers of `remote` to examples as they are, and attacked as each of `trials` says.
 *
 * @throws {UserError} if an attack needs gradients, or with exit code 130 at Ctrl-C
 */
export function askRemote(
  remote: AsyncClassifier,
  examples: Batch,
  { trials, title, context }: { trials: readonly Trial[]; title: string; context: Context },
): Promise<RemoteAnswers> {
  const blind = trials.find(({ attack }) => attack.needs === "gradients");
  if (blind) {
    throw new UserError(
      `--attack ${blind.attack.name} needs gradients, which no remote classifier gives`,
      EXIT.usage,
    );
  }
  return context.interruptible(async (signal) => {
    using progress = context.progress(title);
    const total = 1 + trials.reduce((sum, { epsilons }) => sum + epsilons.length, 0);
    let done = 0;
    const ask = async (attack: Pick<Attack, "async">, options: Parameters<Attack["async"]>[2]) => {
      const onProgress = (fraction: number) => progress.update((done + fraction) / total);
      const answer = await attack.async(remote, examples, { ...options, signal, onProgress });
      done++;
      return answer;
    };
    try {
      // noise of no size: the examples as they are
      const before = await ask(signNoise as unknown as Attack, { epsilon: 0 });
      const attacked = [];
      for (const trial of trials) {
        for (const epsilon of trial.epsilons) {
          const adversarial = await ask(trial.attack, { ...trial.options, epsilon });
          attacked.push({ trial, epsilon, adversarial });
        }
      }
      return { before, attacked };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new UserError(
        `${title} was interrupted; nothing was written, and the same command starts over; --limit N takes fewer examples`,
        EXIT.interrupted,
      );
    }
  });
}

/** The same as outcomes of an evaluation. */
export function outcomesOf({ before, attacked }: RemoteAnswers): Outcomes {
  return {
    clean: before,
    attacked: attacked.map(({ trial, epsilon, adversarial }) => {
      const { predicted, confidence, zeroGradients } = adversarial;
      const { name = trial.attack.name, distance = trial.attack.norms[0] } = trial;
      return { attack: name, distance, epsilon, predicted, confidence, zeroGradients };
    }),
  };
}
