/** A worker that breaks down when it is to train "broken", and saves and stops otherwise. */

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ kind: string; job?: { recipe: { name: string } } }>) => void;
  postMessage(answer: unknown): void;
};

scope.onmessage = ({ data: { kind, job } }) => {
  const name = job?.recipe.name;
  if (kind === "stop") scope.postMessage({ kind: "stopped" });
  if (name === "bad") {
    scope.postMessage({ kind: "failed", message: "the loss is not finite", expected: true });
  }
  if (name === "broken") throw new Error("out of memory");
};
