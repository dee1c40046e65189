/** Conformance case: the generated digits. @module */

import { bytesOf, type Case, examples } from "../case.ts";

/** The examples that the other cases work on. */
export const digits: Case = {
  name: "digits",
  run() {
    const { train: trainSet, test } = examples();
    return Promise.resolve({
      "train.x": bytesOf(trainSet.x.data),
      "train.labels": bytesOf(trainSet.labels),
      "test.x": bytesOf(test.x.data),
      "test.labels": bytesOf(test.labels),
    });
  },
};
