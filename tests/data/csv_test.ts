import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import Papa from "papaparse";
import "../../src/runtime/inlined.ts";
import { csvBatch, type CsvOptions, csvTables } from "../../src/data/csv.ts";
import { cellNumber, cellText, scan } from "../../src/data/csv_scan.ts";
import type { Batch } from "../../src/data/batch.ts";
import { type ReadOptions, readTables } from "../../src/data/table.ts";
import { rng } from "../../src/rng.ts";

/** The records of `text`, cell by cell. */
function records(text: string, separator = ","): string[][] {
  const all: string[][] = [];
  let record: string[] = [];
  scan(text, separator.charCodeAt(0), {
    cell: (_, from, to) => void record.push(cellText(text, from, to)),
    record() {
      all.push(record);
      record = [];
    },
  });
  return all;
}

/** Inputs and labels, without how they were read. */
function plain({ x, labels, classes, classNames }: Batch) {
  return { x: [x.rows, x.cols, ...x.data], labels: [...labels], classes, classNames };
}

/** The batches of several texts, read as one data set. */
function together(texts: string[], options: CsvOptions & ReadOptions = {}) {
  const { label, header, index, separator, ...rest } = options;
  return readTables(csvTables(texts.map((text) => ({ text })), { label, header, index, separator }), rest);
}

Deno.test("csvBatch() reads a label and its inputs from each line", () => {
  const { x, labels, classes } = csvBatch("2,0,0.5\n0,1,-1e-3\n");
  assertEquals([x.rows, x.cols, classes], [2, 2, 3]);
  assertEquals([...labels], [2, 0]);
  assertEquals([...x.data], [0, 0.5, 1, -1e-3].map(Math.fround));
});

Deno.test("csvBatch() reads the same from every dialect: separator, quotes, line ends, marks, encodings, places of the label", () => {
  const expected = plain(csvBatch("1,0.5,1\n0,1,0"));
  const utf16 = (text: string, littleEndian: boolean) => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
    return view.buffer;
  };
  const spread: string = "\ufefflabel,1x1,1x2\r\n1, 0.5,1 \r\n\r\n\t0,1,0\r\n\r\n";
  for (
    const text of [
      spread,
      spread.replaceAll("\r\n", "\r"),
      "1;0.5;1\n0;1;0\n",
      "1\t0.5\t1\n0\t1\t0\n",
      "1|0.5|1\n0|1|0",
      '"1","0.5","1"\n"0","1","0"\n',
      '"label";"a;b";"c""d\r\ne"\n1;.5;1\n0;1.0;0',
      "a,b,label\n0.5,1,1\n1,0,0",
      ",a,b,label\n0,0.5,1,1\n1,1,0,0",
      "Unnamed: 0,target,a,b\n7,1,0.5,1\n3,0,1,0",
      "0,1,2\n1,0.5,1\n0,1,0",
      new TextEncoder().encode("\ufeff1,0.5,1\n0,1,0"),
      utf16(spread, true),
      utf16(spread, false),
    ]
  ) assertEquals(plain(csvBatch(text)), expected, `${text}`);
  assertEquals(plain(csvBatch("0.5,1,class\n0.5,1,1\n1,0,0", { header: "yes", label: "last" })), expected);
});

Deno.test("scan() parts random records as Papa Parse does", () => {
  const random = rng(3).split("csv");
  const pieces = ["a", "7", "-1.5e3", '"', '""', ",", ";", "\n", "\r\n", "x y"];
  for (let trial = 0; trial < 500; trial++) {
    const separator = [",", ";", "\t", "|"][random.below(4)];
    const rows = Array.from({ length: 1 + random.below(4) }, () =>
      Array.from(
        { length: 2 + random.below(3) },
        () => Array.from({ length: random.below(4) }, () => pieces[random.below(pieces.length)]).join(""),
      ));
    const newline = ["\n", "\r\n", "\r"][random.below(3)];
    const text = Papa.unparse(rows, { delimiter: separator, newline, quotes: random.below(2) === 0 });
    assertEquals(records(text, separator), rows, text);
  }
});

Deno.test("cellNumber() is Number, except for JavaScript's own notations", () => {
  const random = rng(4).split("numbers");
  const words = [
    "007",
    "12345678901234567890",
    "0.1",
    ".5",
    "5.",
    "-0",
    "+3",
    "1e-50",
    "123456789012345",
    "1E5",
  ];
  for (let i = 0; i < 2000; i++) {
    words.push(`${(random.below(2 ** 31) - 2 ** 30) * 10 ** (random.below(30) - 25)}`);
  }
  for (const word of words) assertEquals(cellNumber(`,${word},`, 1, word.length + 1), Number(word), word);
  for (const word of ["", "0x10", "0b1", "Infinity", "1e", "e5", ".", "+", "1_000", "1 2", "--1", "1.2.3"]) {
    assertEquals(cellNumber(word, 0, word.length), NaN, word);
  }
});

Deno.test("csvBatch() divides only bytes of images by 255, or as given", () => {
  const image = (values: number[], width = 64) =>
    `7,${Array.from({ length: width }, (_, i) => values[i % values.length])}`;
  const first = (text: string, options?: ReadOptions) => csvBatch(text, options).x.data[0];
  assertEquals(first(image([51, 255])), Math.fround(0.2));
  assertEquals(first(image([51, 255], 63)), 51);
  assertEquals(first(image([51, 255], 3072)), Math.fround(0.2));
  assertEquals(first(image([51, 100])), 51, "16 grey levels, say, are no bytes");
  for (const other of [0.5, -1, 256]) assertEquals(first(image([51, 255, other])), 51, `${other}`);
  assertEquals(first("5,51,1", { scale: "255" }), Math.fround(0.2));
  assertEquals(first(image([51, 255]), { scale: "none" }), 51);
  assertEquals(csvBatch(image([51, 255])).reading.scaling, { kind: "255" });
  const bytes = Array.from({ length: 256 }, (_, i) => i);
  assertEquals([...csvBatch(`7,${bytes}`).x.data], bytes.map((v) => Math.fround(v / 255)));
});

Deno.test("readTables() of texts decides by all of them together", () => {
  const dark = `0,${new Array(64).fill(3)}`, bright = `1,${new Array(64).fill(255)}`;
  const { batches: [, test], reading } = together([bright, dark]);
  assertEquals([test.x.data[0], test.classes, reading.scaling.kind], [Math.fround(3 / 255), 2, "255"]);
  // a first line of numbers is a heading where both texts have it
  const { batches: [a, b] } = together(["0,1,2,3\n3,1,0,2\n", "0,1,2,3\n1,0,0,0\n"]);
  assertEquals([a.x.rows, b.x.rows, a.classes, b.classes], [1, 1, 4, 4]);
  assertEquals(together(["label,a,b\n1,2,3\n", "0,5,5\n"]).reading.source.heading, "in text 1 alone");
  assertThrows(
    () => together(["a,b,y\n1,2,0", "b,a,y\n1,2,0"]),
    InputError,
    'headings differ: column 1 is "a"',
  );
});

Deno.test("csvBatch() takes a first line of numbers for a heading where it counts, and asks where that is unclear", () => {
  const floats = "0.5,1.5,2,0\n".repeat(3);
  assertEquals(csvBatch(`0,1,2,3\n${floats}`).x.rows, 3);
  assertEquals(csvBatch("0,1,2,3,4,5,6\n1,0,0,3,2,1,1\n0,3,3,0,0,1,2").x.rows, 2);
  const unclear = "0,1,2,3\n1,0,0,3\n";
  assertThrows(() => csvBatch(unclear), InputError, 'line 1, "0,1,2,3", may be a heading or an example');
  assertEquals(csvBatch(unclear, { header: "yes" }).x.rows, 1);
  assertEquals(csvBatch(unclear, { header: "no" }).x.rows, 2);
  assertThrows(() => csvBatch("3,x,1,2\n0,1,2,3\n0,1,1,1"), InputError, "may be a heading or an example");
});

Deno.test("csvBatch() finds the label by name, by words, by its values, or as given", () => {
  const label = (text: string, label?: string | number) => csvBatch(text, { label }).reading.source.label;
  assertEquals(label("a,Target,b\n1,0,1\n2,1,1"), 'column 2 "Target"');
  assertEquals(label("5.1,3.5,cat\n4,2.5,dog\n1,1,dog"), "column 3");
  assertEquals(label("5.1,3.5,0\n4,2.5,1"), "column 3");
  assertEquals(label("0,3,1\n1,2,0"), "column 1, though column 3 may be it");
  assertEquals(label("0,3,2.5\n1,2,0"), "column 1");
  const named = "a,b,outcome\n1,0,0\n2,1,1\n";
  for (const how of ["outcome", "last", 2, -1, "2", "-1"]) {
    assertEquals(label(named, how), 'column 3 "outcome"');
  }
  assertEquals(label(named, "first"), 'column 1 "a"');
  assertEquals(csvBatch(named, { label: "outcome" }).x.data.length, 4);
  assertThrows(
    () => label(named, "outcom"),
    InputError,
    'there is no column "outcom"; did you mean outcome?',
  );
  assertThrows(() => label(named, 3), InputError, "there is no column 3");
  assertThrows(
    () => label("age,b,won\n30,1,0\n40,2,1\n50,3,1"),
    InputError,
    'both "age" and "won" may be the label',
  );
  // answers 0 … 3, and the label last: with no heading, or one of numbers
  const answers = "3,1,0\n0,2,1\n1,3,0\n2,0,1\n";
  assertThrows(() => label(answers), InputError, "both column 1 and column 3 may be the label");
  assertThrows(
    () => csvTables([{ text: `0,1,2\n${answers}` }, { text: `0,1,2\n${answers}` }]),
    InputError,
    'both "0" and "2" may be the label',
  );
  assertEquals(label(answers, "last"), "column 3");
  // the last pixel of an image is dark or bright, and no label
  const image = (digit: number, last: number) => [digit, ...new Array(63).fill(7), last].join();
  assertEquals(label([image(0, 0), image(1, 9), image(2, 9)].join("\n")), "column 1");
});

Deno.test("csvBatch() leaves out a column without a name that numbers the lines, and a bare one in long tables", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `${i},${i % 2},0.5`);
  const { x, reading } = csvBatch(lines.join("\n"));
  assertEquals([x.cols, reading.source.index, reading.source.label], [1, "column 1, left out", "column 2"]);
  assertEquals(csvBatch(lines.join("\n"), { label: "first" }).classes, 60);
});

Deno.test("csvBatch() leaves out a column that numbers the lines or is named so, reports it, and keeps it if asked to", () => {
  const index = (text: string, options?: CsvOptions): (number | string | undefined)[] => {
    const { x, reading } = csvBatch(text, options);
    return [x.cols, reading.source.index];
  };
  const table = (name: string, numbers: number[]) =>
    [`${name},a,species`, ...numbers.map((n, i) => `${n},${i}.5,${["ant", "cat"][i % 2]}`)].join("\n");
  const counting = Array.from({ length: 60 }, (_, i) => i + 1);
  assertEquals(index(table("specimen", counting)), [1, 'column 1 "specimen", left out']);
  assertEquals(index(table("specimen", counting.slice(0, 20))), [2, undefined]);
  for (const name of ["Id", "index", "rownames", "row_id"]) {
    assertEquals(index(table(name, [7, 3, 12])), [1, `column 1 "${name}", left out`]);
  }
  assertEquals(index(table("id", [7, 3, 7])), [2, undefined], "no index has a number twice");
  assertEquals(index(table("id", counting), { index: "none" }), [2, undefined]);
  assertEquals(index(table("x", [7, 3, 7]), { index: "x" }), [1, 'column 1 "x", left out']);
  assertEquals(index("1,0,5\n0,1,6", { index: -1, label: 0 }), [1, "column 3, left out"]);
  assertEquals(csvBatch(table("id", [0, 1, 0]).replaceAll(/ant|cat/g, "1.5"), { label: "id" }).classes, 2);
  assertThrows(() => index("1,0\n0,1", { index: 1 }), InputError, "no inputs beside the index and the label");
  assertThrows(() => index("1,0,2\n0,1,2", { index: 1, label: 1 }), InputError, "cannot be both");
  assertThrows(() => index("1,0,2\n0,1,2", { index: "id" }), InputError, 'there is no column "id"');
});

Deno.test("csvBatch() takes true and false for 1 and 0 as inputs, and for words as labels", () => {
  const { x, classNames, reading } = csvBatch("age,member,species\n3,True,cat\n4,FALSE,ant\n5,true,cat\n");
  assertEquals([[...x.data], classNames], [[3, 1, 4, 0, 5, 1], ["ant", "cat"]]);
  assertEquals(reading.source.label, 'column 3 "species"');
  const churn = csvBatch("minutes,plan,churned\n0.5,True,False\n1.5,False,True\n");
  assertEquals([[...churn.labels], churn.classNames, [...churn.x.data]], [
    [0, 1],
    ["False", "True"],
    [0.5, 1, 1.5, 0],
  ]);
  assertEquals(csvBatch("True,0.5,1\nFalse,0.25,1", { label: "last" }).x.data[0], 1);
});

Deno.test("csvBatch() keeps words as names of classes, and numbers from 1, or −1 and 1, as such", () => {
  const named = csvBatch("1,dog\n2,cat\n3,dog\n");
  assertEquals([[...named.labels], named.classes, named.classNames], [[1, 0, 1], 2, ["cat", "dog"]]);
  const from1 = csvBatch("1,5\n2,5\n3,5");
  assertEquals([[...from1.labels], from1.classNames], [[0, 1, 2], ["1", "2", "3"]]);
  assertEquals([...csvBatch("1,5\n2,5", { labelBase: 0 }).labels], [1, 2]);
  assertEquals(csvBatch("1,5\n2,5", { classes: 10 }).classNames, undefined);
  assertEquals(csvBatch("1,5\n2,5", { classes: 2 }).classNames, ["1", "2"]);
  assertEquals(csvBatch("3,5\n7,5").classes, 8);
  const signs = csvBatch("-1,5\n1,5\n-1,6");
  assertEquals([[...signs.labels], signs.classNames], [[0, 1, 0], ["-1", "1"]]);
});

Deno.test("csvBatch() standardises and scales as the formulas say, on the first text", () => {
  const { batches: [train, test], reading } = together(["0,1,7\n1,3,7\n", "1,5,8\n"], { scale: "standard" });
  assertEquals([...train.x.data], [-1, 0, 1, 0]);
  assertEquals([...test.x.data], [3, 1]);
  assertEquals(reading.scaling, { kind: "standard", offset: [2, 7], divisor: [1, 1] });
  assertEquals([...together(["0,1,7\n1,3,7\n", "1,5,8\n"], { scale: "minmax" }).batches[1].x.data], [2, 1]);
});

Deno.test("csvBatch() refuses missing values by line and column, or leaves their lines out", () => {
  for (const word of ["", "NA", "nan", "NULL", "?", "None", "#N/A"]) {
    const text = `label,age,b\n0,1,1\n1,${word},2\n${word},5,5\n1,4,4`;
    assertThrows(() => csvBatch(text), InputError, 'value 2 ("age") of line 3 is missing', word);
    const { x, labels, reading } = csvBatch(text, { missing: "drop" });
    assertEquals([[...x.data], [...labels], reading.dropped], [[1, 1, 4, 4], [0, 1], 2]);
  }
  assertThrows(() => csvBatch("label,a\n0,1\n,2"), InputError, "its label of line 3 is missing");
  const words = "a,species\n1,cat\n2,\n3,ant";
  assertThrows(() => csvBatch(words), InputError, "its label of line 3 is missing");
  assertEquals(csvBatch(words, { missing: "drop" }).classNames, ["ant", "cat"]);
  assertThrows(
    () => csvBatch("0,NA\n1,NA", { missing: "drop" }),
    InputError,
    "each of 2 examples lacks a value",
  );
});

Deno.test("csvBatch() names the line and value that do not fit", () => {
  for (
    const [text, problem] of [
      ["0,1\n\n0,1,2", "line 3 has 3 values, expected 2"],
      ["label,a\n0,1\n0", "line 3 has 1 values, expected 2"],
      ["0\n1", "line 1 has a label but no inputs"],
      ["0,1\n1,x", 'value 2 of line 2 is "x", not a finite number'],
      ["0,1\nlabel,2", 'value 1 of line 2 is "label", not a finite number'],
      ["0,1e39", 'value 2 of line 1 is "1e39", not a finite number'],
      ["a;b;c\n0;0,5;1\n1;0,25;2", 'value 2 of line 2 is "0,5", with a comma: write decimal points'],
      [
        'label,a\n0,"5,800"',
        'value 2 of line 2 is "5,800", with a comma: write decimal points, and thousands',
      ],
      ["0,1\n1,inf", 'value 2 of line 2 is "inf"'],
      [`0,1\n1,"${"x".repeat(9999)}"`, "…"],
      ['0,1\n1,"2', "the quote in line 2 does not end"],
      ['0,"1"2', "line 1 has text after a closing quote"],
      [`0,1,1\n1,"a\n\nb",2\n1,3,4`, 'value 2 of line 2 is "a b"'],
      ["", "there are no examples"],
      ["label,x\n", "there are no examples"],
      ["\n \n", "there are no examples"],
      ["x".repeat(2 ** 24 + 1), "line 1 is longer than 16777216 characters"],
      [",".repeat(2 ** 18), "line 1 has 262145 values, more than 262144"],
    ]
  ) {
    const { message } = assertThrows(() => csvBatch(text), InputError, problem, problem);
    assert(
      message.startsWith("Cannot read CSV: ") && message.length < 200 && !/\p{Cc}/u.test(message),
      message,
    );
  }
  assertThrows(() => csvBatch(Uint8Array.of(0xff, 0x41)), InputError, "it is not text in UTF-8");
  assertThrows(
    () => csvBatch(7 as never),
    InputError,
    "expected bytes, a Uint8Array or an ArrayBuffer, not 7",
  );
});

Deno.test("csvBatch() refuses labels that are not classes, and unknown options", () => {
  assertThrows(() => csvBatch("0,1\n-1,1"), InputError, "label -1 of line 2 is not a whole number in 0 …");
  assertThrows(() => csvBatch("0,1\n0.5,1.5"), InputError, "label 0.5 of line 2");
  assertThrows(() => csvBatch("4294967296,1"), InputError, "label 4294967296 of line 1");
  assertThrows(
    () => csvBatch("0,1\n2,1", { classes: 2 }),
    InputError,
    "label 2 of line 2 is not a whole number in 0 … 1",
  );
  assertThrows(() => csvBatch("a,1\nb,1", { classes: 3 }), InputError, "there are 2 different words, not 3");
  assertThrows(
    () => csvBatch("0,1", { scale: "256" as never }),
    InputError,
    'with scale "256": must be auto',
  );
  assertThrows(() => csvBatch("0,1", { lable: "last" } as never), InputError, "did you mean label?");
});

Deno.test("readTables() applies the scaling that a model was trained with", () => {
  const { reading: fitted } = together(["a,1,7\nb,3,7\n"], { scale: "standard" });
  const { batches: [batch] } = together(["b,5,7\n"], { fitted, label: "first" });
  assertEquals([[...batch.x.data], [...batch.labels], batch.classNames], [[3, 0], [1], ["a", "b"]]);
  assertThrows(
    () => together(["c,5,7\n"], { fitted }),
    InputError,
    'label "c" of line 1 is none of the model\'s classes, "a", "b"',
  );
  assertThrows(
    () => together(["b,5,7\n"], { fitted, scale: "minmax" }),
    InputError,
    "was trained with standard",
  );
  assertEquals([...together(["b,5,7\n"], { fitted, scale: "none" }).batches[0].x.data], [5, 7]);
  const images = { scaling: { kind: "255" }, labels: { classes: 2 } } as const;
  assertEquals([...together(["1,51,0"], { fitted: images }).batches[0].x.data], [Math.fround(0.2), 0]);
  assertEquals([...together(["1,0.5,1"], { fitted: images }).batches[0].x.data], [0.5, 1]);
  assertEquals([...together(["1,1.25,-0.25"], { fitted: images }).batches[0].x.data], [1.25, -0.25]);
});
