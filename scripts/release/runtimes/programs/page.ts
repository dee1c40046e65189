/** For browsers: what a test calls in the page, and what answers in a worker. */

import { type Outcome, runConformance } from "./outcome.ts";

const scope = globalThis as typeof globalThis & {
  document?: unknown;
  postMessage(message: unknown): void;
  outcomes?: Record<string, () => Promise<Outcome>>;
};

if (scope.document) {
  scope.outcomes = {
    page: () => runConformance(),
    worker: () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(import.meta.url, { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
  };
} else {
  scope.postMessage(await runConformance());
}
