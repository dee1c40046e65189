import { bytesOf, type Case, examples } from "../case.ts";

/** The examples that the other cases work on. */
export const digits: Case = {
  name: "digits",
  run() {
    const { learn, test } = examples();
    return Promise.resolve({
      "learn.x": bytesOf(learn.x.data),
      "learn.labels": bytesOf(learn.labels),
      "test.x": bytesOf(test.x.data),
      "test.labels": bytesOf(test.labels),
    });
  },
};
