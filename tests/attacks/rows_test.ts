import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { allRows, copyRow, gather, keepRows, keptRowsOf, scatter } from "../../src/attacks/rows.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { heap } from "../../src/runtime/variants.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import { moving } from "../moving.ts";

const numbers = () => matrix(4, 2, [0, 1, 10, 11, 20, 21, 30, 31]);

Deno.test("gather() takes rows in the order of their places, and scatter() puts them back there", () => {
  assertEquals([...allRows(3)], [0, 1, 2]);
  const places = Int32Array.of(3, 0, 2), some = gather(matrix(3, 2), numbers(), places);
  assertEquals([...some.data], [30, 31, 0, 1, 20, 21]);
  const back = matrix(4, 2, new Float32Array(8).fill(9));
  scatter(back, some, places);
  assertEquals([...back.data], [0, 1, 9, 9, 20, 21, 30, 31]);
  copyRow(back, 1, some, 2);
  assertEquals([...back.data], [0, 1, 20, 21, 20, 21, 30, 31]);
});

Deno.test("keepRows() moves rows to the front of their own list", () => {
  const list = Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31);
  const kept = keepRows(list, Int32Array.of(0, 1, 3), 2);
  assertEquals([...kept], [0, 1, 10, 11, 30, 31]);
  assert(kept.buffer === list.buffer);
  assertEquals([...keepRows(Int32Array.of(5, 6, 7), Int32Array.of(1, 2))], [6, 7]);
  assertEquals(keepRows(Uint8Array.of(1), new Int32Array()).length, 0);
});

Deno.test("keptRowsOf() gives the matrix of the name, of fewer rows, in ordinary and in resident memory that moves", () => {
  const kept = (make: (name: string, rows?: number, cols?: number) => Matrix) => {
    const m = make("some", 4, 2);
    m.data.set(numbers().data);
    const left = keptRowsOf(make, "some", { m, left: Int32Array.of(0, 1, 3) });
    assertEquals([left.rows, left.cols, ...left.data], [3, 2, 0, 1, 10, 11, 30, 31]);
    assert(make("some", 3, 2) === left);
  };
  const known = new Map<string, Matrix>();
  kept((name, rows = 0, cols = 0) => {
    const old = known.get(name);
    if (old?.rows !== rows) known.set(name, matrix(rows, cols));
    return known.get(name)!;
  });
  using memory = new Workspace(heap());
  moving.on = true;
  try {
    kept((name, rows = 0, cols = 0) => memory.matrix(name, rows, cols));
  } finally {
    moving.on = false;
  }
});
