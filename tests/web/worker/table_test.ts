import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../src/errors.ts";
import { tableData } from "../../../src/web/worker/table.ts";
import { requester } from "./support.ts";

/** Two classes that a line tells apart, sorted by class. */
const FLOWERS = [
  "width,length,species",
  ...Array.from({ length: 20 }, (_, i) => `${i},${100 - i},${i < 10 ? "iris" : "rose"}`),
].join("\n");

Deno.test("tableData() takes names from the heading, classes by words, and scales each column to 0 … 1", () => {
  const data = tableData("flowers.csv", FLOWERS);
  assertEquals([data.inputs, data.classes, data.labelled], [2, 2, true]);
  assertEquals([data.features, data.classNames], [["width", "length"], ["iris", "rose"]]);
  assertEquals([data.sizes.train, data.sizes.test], [16, 4]);
  const all = [...data.train.x.data, ...data.test.x.data];
  assertEquals([Math.min(...all), Math.max(...all)], [0, 1]);
  for (const part of [data.train, data.test]) {
    part.labels.forEach((label, i) => assertEquals(label, Number(part.x.data[2 * i] > 9.5 / 19)));
    assert(new Set(part.labels).size === 2, "both parts hold both classes");
  }
});

Deno.test("tableData() finds the class: by its name, else the column of words, else the last", () => {
  const rows = (...lines: string[]) => tableData("t", lines.join("\n")).classNames;
  assertEquals(rows("label,a", "5,1", "6,2", "5,3"), ["5", "6"]);
  assertEquals(rows("1,x,2", "2,y,3", "1,x,9"), ["x", "y"]);
  assertEquals(rows("1,7", "2,8", "3,7"), ["7", "8"]);
});

Deno.test("tableData() takes lines of 785 numbers for images of digits", () => {
  const line = (digit: number) => [digit, ...new Array(784).fill(51)].join();
  const data = tableData("mnist.csv", [line(3), line(7), line(1)].join("\n"));
  assertEquals([data.inputs, data.classes, data.features], [784, 10, undefined]);
  assertEquals(data.train.x.data[0], Math.fround(0.2));
});

Deno.test("tableData() refuses text that is not a table in one sentence", () => {
  const wrong: [string, string][] = [
    ["a,b\n", "Cannot open t: all examples are of one class"],
    ["1,2\n1,2,3", "Cannot open t: example 2 has 3 values, the first has 2"],
    ["1,0\n2,0", "Cannot open t: all examples are of one class"],
    ["x,1,0\ny,oops,1", 'Cannot open t: "oops" of example 2 is not a number'],
    [Array.from({ length: 30 }, (_, i) => `1,${i}`).join("\n"), "has 30 classes, the page shows 20 at most"],
    [`${"1,".repeat(1100)}0\n${"1,".repeat(1100)}1`, "it has 1100 inputs"],
  ];
  for (const [text, message] of wrong) assertThrows(() => tableData("t", text), InputError, message);
});

Deno.test("a table takes the place of the digits: models of their shape go, a model of its own is trained and attacked", async () => {
  const request = requester();
  const plan = { family: "softmaxLinear", adversarial: false, seed: 1, epochs: 30 };
  await request("train", { name: "digits", plan: { ...plan, epochs: 1 }, watch: false, resume: false });
  const bytes = new TextEncoder().encode(FLOWERS);
  const opened = await request("openFiles", { files: [{ name: "flowers.csv", bytes }] });
  assertEquals([opened.examples, opened.reshaped], [true, true]);
  const { examples, labels, features } = await request("gallery", { count: 36 });
  assertEquals([examples.length, labels!.length, features], [8, 4, ["width", "length"]]);
  await request("train", { name: "mine", plan, watch: true, resume: false });
  const subject = { example: examples.slice(0, 2), label: labels![0], source: "mine", attack: "fgsm" };
  const { predictions, attacked } = await request("attack", { ...subject, epsilon: 0.3 });
  assertEquals([Object.keys(predictions), attacked.length], [["mine"], 2]);
  assertEquals((await request("closeFiles", {})).reshaped, true);
  assertEquals((await request("gallery", { count: 2 })).examples.length, 2 * 784);
});

Deno.test("a model whose examples are gone when its training ends is not kept", async () => {
  const request = requester();
  const files = [{ name: "flowers.csv", bytes: new TextEncoder().encode(FLOWERS) }];
  const plan = { family: "softmaxLinear", adversarial: false, seed: 1, epochs: 3 };
  const training = request("train", { name: "late", plan, watch: true, resume: false });
  await request("openFiles", { files });
  const { bytes } = await training;
  await request("setModel", { name: "later", bytes: bytes! });
  await request("train", { name: "mine", plan, watch: false, resume: false });
  const { names } = await request("transfer", { attack: "fgsm", epsilon: 0.1, examples: 4 });
  assertEquals(names, ["mine"]);
});
