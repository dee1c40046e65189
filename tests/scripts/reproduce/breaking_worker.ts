/** A worker that breaks down when it is to train "broken", and saves and stops otherwise. */

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ kind: string; name?: string }>) => void;
  postMessage(answer: unknown): void;
};

scope.onmessage = ({ data: { kind, name } }) => {
  if (kind === "stop") scope.postMessage({ kind: "stopped" });
  if (kind === "train" && name === "bad") {
    scope.postMessage({ kind: "failed", message: "the loss is not finite" });
  }
  if (kind === "train" && name === "broken") throw new Error("out of memory");
};
