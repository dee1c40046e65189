import { assertEquals } from "@std/assert";
import { duration, plainProgress, showProgress } from "../../../scripts/cli/progress.ts";

/** What a line of progress drew, while the clock went by the steps given. */
function drawn(
  steps: readonly (readonly [now: number, fraction: number, detail?: string])[],
  from = 0,
): string[] {
  const lines: string[] = [];
  let now = 0;
  {
    using progress = showProgress("train", {
      write: (text) => lines.push(text),
      now: () => now,
      width: 40,
      from,
    });
    for (const [time, fraction, detail] of steps) {
      now = time;
      progress.update(fraction, detail);
    }
  }
  return lines.map((line) => line.replace("\r\x1b[K", "|"));
}

Deno.test("showProgress() shows nothing for work of less than two seconds", () => {
  assertEquals(drawn([[0, 0], [1000, 0.5], [1999, 1]]), []);
});

Deno.test("showProgress() estimates from the pace so far, at most ten times a second, and leaves no trace", () => {
  assertEquals(drawn([[2000, 0.25, "epoch 1"], [2050, 0.3], [4000, 0.5], [4100, 1]]), [
    "|train 25 %, 6 s left, epoch 1",
    "|train 50 %, 4 s left",
    "|train 100 %, 0 s left",
    "|",
  ]);
});

Deno.test("showProgress() does not count earlier work, and keeps to the width", () => {
  assertEquals(drawn([[2000, 0.75]], 0.5), ["|train 75 %, 2 s left", "|"]);
  assertEquals(drawn([[2000, 0]]), ["|train 0 %", "|"]);
  assertEquals(drawn([[2000, 0.5, "x".repeat(40)]])[0].length, 40);
});

Deno.test("showProgress() uses a better estimate of the time left, if there is one", () => {
  const lines: string[] = [];
  let now = 0;
  const progress = showProgress("run", { write: (text) => lines.push(text), now: () => now });
  now = 3000;
  progress.update(0.5, "softmax", 90_000);
  assertEquals(lines, ["\r\x1b[Krun 50 %, 1 min 30 s left, softmax"]);
});

Deno.test("plainProgress() writes a line a minute, and takes nothing away", () => {
  const lines: string[] = [];
  let now = 0;
  {
    using progress = plainProgress("run", { write: (line) => lines.push(line), now: () => now });
    for (now of [1000, 59_000, 60_000, 61_000, 119_000, 130_000]) progress.update(now / 240_000, `at ${now}`);
  }
  assertEquals(lines, ["run 25 %, 3 min 0 s left, at 60000", "run 54 %, 1 min 50 s left, at 130000"]);
});

Deno.test("duration() is as exact as an estimate deserves", () => {
  assertEquals([400, 59_400, 61_000, 3_600_000].map(duration), ["0 s", "59 s", "1 min 1 s", "1 h 0 min"]);
});
