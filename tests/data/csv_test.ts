import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { csvBatch } from "../../src/data/csv.ts";

Deno.test("csvBatch() reads a label and its inputs from each line", () => {
  const { x, labels, classes } = csvBatch("2,0,0.5\n0,1,-1e-3\n");
  assertEquals([x.rows, x.cols, classes], [2, 2, 3]);
  assertEquals([...labels], [2, 0]);
  assertEquals([...x.data], [0, 0.5, 1, -1e-3].map(Math.fround));
});

Deno.test("csvBatch() skips a byte order mark, a heading, empty lines, and spaces", () => {
  const plain = csvBatch("1,0,1\n0,1,0");
  assertEquals(csvBatch("\ufefflabel,1x1,1x2\r\n1, 0,1 \r\n\r\n\t0,1,0\r\n\r\n"), plain);
  assertEquals(csvBatch("0,1,class\n0,1,1\n1,0,0", { label: "last" }), plain);
});

Deno.test("csvBatch() makes the same of bytes as division by 255", () => {
  const bytes = Array.from({ length: 256 }, (_, i) => i);
  assertEquals([...csvBatch(`7,${bytes}`).x.data], bytes.map((v) => Math.fround(v / 255)));
});

Deno.test("csvBatch() scales by 1/255 only where an input is greater than 1, or as told", () => {
  const second = (text: string, scale?: number) => csvBatch(text, { scale }).x.data[1];
  assertEquals([second("5,0,1"), second("5,0,51"), second("5,0,51", 1), second("5,0,1", 0.5)], [
    1,
    Math.fround(0.2),
    51,
    0.5,
  ]);
});

Deno.test("csvBatch() reads any length of number as Number does", () => {
  for (const word of ["007", "12345678901234567890", "0.1", ".5", "-0", "+3", "1e-50", "123456789012345"]) {
    assertEquals(csvBatch(`0,${word}`, { scale: 1 }).x.data[0], Math.fround(Number(word)), word);
  }
});

Deno.test("csvBatch() names the line and value that do not fit", () => {
  for (
    const [text, problem] of [
      ["0,1\n\n0,1,2", "line 3 has 3 values, expected 2"],
      ["label,a\n0,1\n0", "line 3 has 1 values, expected 2"],
      ["0\n1", "line 1 has a label but no inputs"],
      ["0,1\n1,x", 'value 2 of line 2 is "x", not a finite number'],
      ["0,1,\n", 'value 3 of line 1 is "", not a finite number'],
      ["0,1\nlabel,2", 'value 1 of line 2 is "label", not a finite number'],
      ["0,1e39", 'value 2 of line 1 is "1e39", not a finite number'],
      ["0;1;2\n1;2;3", "line 2 has a label but no inputs"],
    ]
  ) assertThrows(() => csvBatch(text), InputError, `Cannot read CSV: ${problem}`);
});

Deno.test("csvBatch() refuses labels that are not whole numbers below classes, and a scale that is none", () => {
  assertThrows(() => csvBatch("0,1\n-1,1"), InputError, "label -1 of line 2 is not a whole number in 0 …");
  assertThrows(() => csvBatch("0,1\n0.5,1"), InputError, "label 0.5 of line 2");
  assertThrows(() => csvBatch("4294967296,1"), InputError, "label 4294967296 of line 1");
  assertThrows(
    () => csvBatch("0,1\n2,1", { classes: 2 }),
    InputError,
    "label 2 of line 2 is not a whole number in 0 … 1",
  );
  assertThrows(() => csvBatch("0,1", { scale: NaN }), InputError, "Cannot read CSV with scale NaN");
});

Deno.test("csvBatch() makes an empty batch of no lines", () => {
  assertEquals([csvBatch("").x.rows, csvBatch("label,x\n").x.rows], [0, 0]);
});
