import "../../src/runtime/inlined.ts";
import { assert, assertEquals } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import type { Resident } from "../../src/runtime/heap.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import { batchMemory } from "../../src/train/batch_memory.ts";

Deno.test("batchMemory() gathers the examples of a step in the same arrays each time, and puts them in the model's memory", () => {
  using training = new Workspace();
  const x = matrix(5, 2, [0, 1, 10, 11, 20, 21, 30, 31, 40, 41]);
  const data = batch({ x, labels: [0, 1, 2, 0, 1], classes: 4 });
  const { gather, plain } = batchMemory({ training }, { data, batchSize: 2 });
  const order = Int32Array.of(4, 2, 0, 1, 3);
  const seen = [0, 2, 4].map((from) => {
    const examples = gather(order, from, Math.min(2, 5 - from));
    const { labels, labelsResident, x } = plain(examples);
    assertEquals(Array.from((labelsResident as Resident).ints), Array.from(labels));
    assertEquals([labelsResident.rows, labelsResident.cols], [labels.length, 1]);
    assert(training.holds(x) && training.holds(labelsResident) && !training.holds(examples.x));
    assertEquals([x.rows, x.cols, [...x.data]], [examples.x.rows, 2, [...examples.x.data]]);
    return [[...examples.x.data], [...examples.labels], examples.classes];
  });
  assertEquals(seen, [
    [[40, 41, 20, 21], [1, 2], 4],
    [[0, 1, 10, 11], [0, 1], 4],
    [[30, 31], [0], 4],
  ]);
  assert(gather(order, 0, 2) === gather(order, 2, 2), "nothing is made in a step");
});
