/** Training as the command line does it: on a part of the data, and never lost when interrupted. @module */

import {
  type Batch,
  type Model,
  saveCheckpoint,
  slice,
  type TrainOptions,
  type TrainProgress,
} from "../../src/mod.ts";
import type { Data } from "../data/folder.ts";
import { UserError } from "../errors.ts";
import { writeFileWhole } from "../files.ts";
import { readCheckpoint, resumeError } from "./checkpoint.ts";
import type { Context } from "./command.ts";
import type { Progress } from "./progress.ts";

/**
 * The examples to learn from, and those held out of them.
 *
 * @throws {UserError} if none would be left to learn from
 */
export function divide(
  { name, train: trainSet }: Data,
  { limit, validation = 0 }: { limit?: number; validation?: number },
): { train: Batch; validation?: Batch } {
  const rest = trainSet.x.rows - validation;
  if (rest < 1) {
    throw new UserError(
      `Cannot hold ${validation} examples out: ${name} has ${trainSet.x.rows} training examples`,
    );
  }
  return {
    train: slice(trainSet, 0, Math.min(rest, limit ?? rest)),
    validation: validation > 0 ? slice(trainSet, rest) : undefined,
  };
}

/**
 * What `run` trains, with progress shown and the state kept in the file `checkpoint`, if one is named.
 *
 * @throws {UserError} with exit code 130 if it is interrupted
 */
export function trainResumable(
  checkpoint: string | undefined,
  context: Context,
  run: (options: TrainOptions) => Promise<Model>,
): Promise<Model> {
  return context.interruptible(async (signal) => {
    const resume = await readCheckpoint(checkpoint);
    let progress: Progress | undefined;
    try {
      return await run({
        signal,
        resume,
        onCheckpoint: checkpoint === undefined
          ? undefined
          : (state) => writeFileWhole(checkpoint, saveCheckpoint(state)),
        onProgress(at) {
          // a resumed training does not start at 0
          progress ??= context.progress("train", resume ? at.step / at.steps : 0);
          progress.update(at.step / at.steps, inWords(at));
        },
      });
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw resumeError(error, checkpoint);
      throw new UserError(
        checkpoint === undefined
          ? "Training was interrupted and nothing was written; --checkpoint FILE would keep its state"
          : `Training was interrupted; the same command resumes from ${checkpoint}`,
        130,
      );
    } finally {
      progress?.end();
    }
  });
}

function inWords({ epoch, epochs, loss, validationError }: TrainProgress): string {
  const error = validationError === undefined
    ? ""
    : `, validation error ${(100 * validationError).toFixed(2)} %`;
  return `epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(3)}${error}`;
}
