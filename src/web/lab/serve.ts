import type { Laboratory } from "./laboratory.ts";
import type { Ask, Context, Kind, Line, Question } from "./exchanges.ts";

/** Answers what comes through `line` from `lab`, each failure as its message. */
export function serve(line: Line, lab: Laboratory): void {
  const running = new Map<number, AbortController>();
  line.onmessage = async ({ data: question }: { data: Question }) => {
    const { id } = question;
    if ("abort" in question) return running.get(id)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const answer = await ask(lab, question.kind, question.ask, {
        tell: (progress) => line.postMessage({ id, progress }),
        signal: controller.signal,
      });
      line.postMessage({ id, answer });
    } catch (error) {
      line.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  };
}

/** The kind settles the types, which a message has lost. */
function ask<K extends Kind>(lab: Laboratory, kind: K, question: unknown, context: Context<K>) {
  return lab[kind](question as Ask<K>, context);
}
