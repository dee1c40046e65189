import { assertEquals, assertRejects } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { loadData } from "../../../scripts/data/folder.ts";
import { UserError } from "../../../scripts/errors.ts";
import { digits } from "../../../src/data/digits.ts";
import { writeSafetensors } from "../../../src/data/safetensors.ts";
import { assertRefused, type Files, gzip, idx, npy, withFolder } from "./support.ts";

const FIRST_IMAGE = [0, 255, 51, 102];

const MNIST = {
  "train-images-idx3-ubyte": idx([3, 2, 2], FIRST_IMAGE),
  "train-labels-idx1-ubyte": idx([3], [9]),
  "t10k-images-idx3-ubyte": idx([2, 2, 2], FIRST_IMAGE),
  "t10k-labels-idx1-ubyte": idx([2], [3]),
};

const NPY = {
  "x_train.npy": npy([3, 2, 2], Uint8Array.of(...FIRST_IMAGE, 0, 0, 0, 0, 0, 0, 0, 0)),
  "y_train.npy": npy([3], Uint8Array.of(9, 0, 0)),
  "x_test.npy": npy([2, 2, 2], Uint8Array.of(...FIRST_IMAGE, 0, 0, 0, 0)),
  "y_test.npy": npy([2], Uint8Array.of(3, 0)),
};

/** The files of `MNIST` by other names. */
function renamed(rename: (name: string) => string): Files {
  return Object.fromEntries(Object.entries(MNIST).map(([name, bytes]) => [rename(name), bytes]));
}

Deno.test("loadData() of digits draws the built-in set", async () => {
  const { name, train, test, reading } = await loadData("digits", { seed: 3 });
  assertEquals({ train, test }, digits({ seed: 3 }));
  assertEquals([name, reading.scaling.kind], ["digits", "none"]);
});

Deno.test("loadData() reads each layout, under each usual name, to the same examples", async () => {
  const zipped = async (files: Files) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(files).map(async (
          [name, bytes],
        ) => [`${name}.gz`, await gzip(bytes as Uint8Array<ArrayBuffer>)]),
      ),
    );
  const emnist = (name: string) => `emnist-digits-${name.replace("t10k", "test")}`;
  const layouts: Files[] = [
    MNIST,
    await zipped(MNIST),
    await zipped(renamed((name) => name.replace("-idx", ".idx"))),
    renamed((name) => name.replace("-idx", ".idx")),
    renamed(emnist),
    await zipped(renamed(emnist)),
    renamed((name) => `${name}.gz`),
    NPY,
    renamedNpy((name) => name.replace("x_", "X_")),
    { "train.csv": "9,0,255,51,102\n0,0,0,0,0\n0,0,0,0,0\n", "test.csv": "3,0,255,51,102\n0,0,0,0,0\n" },
    {
      "mnist_train.csv": `label,a,b,c,d\n9,${FIRST_IMAGE}\n0,0,0,0,0\n0,0,0,0,0`,
      "mnist_test.csv": "3,0,255,51,102\n0,0,0,0,0",
    },
  ];
  const image = [0, 1, Math.fround(0.2), Math.fround(0.4)];
  for (const files of layouts) {
    await withFolder(files, async (folder) => {
      const scale = Object.keys(files)[0].includes("csv") ? "255" : "auto";
      const { name, train, test, reading } = await loadData(folder, { scale });
      assertEquals([name, train.x.rows, test.x.rows, reading.scaling.kind], [folder, 3, 2, "255"]);
      assertEquals([[...train.x.data.subarray(0, 4)], [...train.labels]], [image, [9, 0, 0]]);
      assertEquals([[...test.x.data.subarray(0, 4)], [...test.labels]], [image, [3, 0]]);
      assertEquals([train.classes, test.classes], [10, 10]);
    });
  }
});

function renamedNpy(rename: (name: string) => string): Files {
  return Object.fromEntries(Object.entries(NPY).map(([name, bytes]) => [rename(name), bytes]));
}

Deno.test("loadData() finds several sets of IDX files apart by the file that is named", async () => {
  const files = { ...renamed((name) => `a-${name}`), ...renamed((name) => `b-${name}`) };
  await assertRefused(
    files,
    (folder) => `Cannot load data from ${folder}: it holds several sets, a, b; name a file of one`,
  );
  await withFolder(files, async (folder) => {
    const { test, reading } = await loadData(`${folder}/b-t10k-images-idx3-ubyte`);
    assertEquals([test.x.rows, reading.source.parts], [2, "one"]);
  });
});

Deno.test("loadData() takes one file of each kind, with its labels beside it where they are in another", async () => {
  const tensors = {
    x: { shape: [2, 1], data: Float32Array.of(0.5, 0.25) },
    label: { shape: [2], data: Int32Array.of(1, 0) },
  };
  const attacked = { ...tensors, xAdv: { shape: [2, 1], data: Float32Array.of(1.5, 300) } };
  const files = {
    ...MNIST,
    ...NPY,
    "iris.csv": "a,b,species\n1,2,x\n3,4,y\n",
    "iris.tsv": "a\tb\tspecies\n1\t2\tx\n3\t4\ty\n",
    "plain.safetensors": writeSafetensors(tensors),
    "adversarial.safetensors": writeSafetensors(attacked, { attack: "fgsm" }),
  };
  await withFolder(files, async (folder) => {
    const first = async (file: string, n = 2) => {
      const { train, test } = await loadData(`${folder}/${file}`);
      assertEquals(train, test, "all examples are both parts");
      return [...test.x.data.subarray(0, n), ...test.labels];
    };
    assertEquals(await first("t10k-images-idx3-ubyte"), [0, 1, 3, 0]);
    assertEquals(await first("t10k-labels-idx1-ubyte"), [0, 1, 3, 0]);
    assertEquals(await first("x_test.npy"), [0, 1, 3, 0]);
    assertEquals(await first("iris.csv"), [1, 2, 0, 1]);
    assertEquals(await first("iris.tsv"), [1, 2, 0, 1]);
    assertEquals(await first("plain.safetensors"), [0.5, 0.25, 1, 0]);
    assertEquals(await first("adversarial.safetensors"), [1.5, 300, 1, 0]);
    // files of an attack are already scaled for the model
    const fitted = {
      scaling: { kind: "standard", offset: [1], divisor: [2] },
      labels: { classes: 2 },
    } as const;
    assertEquals((await loadData(`${folder}/adversarial.safetensors`, { fitted })).test.x.data[0], 1.5);
    assertEquals((await loadData(`${folder}/plain.safetensors`, { fitted })).test.x.data[0], -0.25);
  });
});

Deno.test("loadData() holds every fifth example of a single table out, and standardises by the others", async () => {
  const lines = Array.from({ length: 10 }, (_, i) => `${i % 2},${i % 5 === 4 ? 100 : i % 2}`).join("\n");
  await withFolder({ "all.csv": lines }, async (folder) => {
    const { train, test, reading } = await loadData(folder, { holdOut: true, scale: "standard" });
    assertEquals([train.x.rows, test.x.rows, reading.source.parts], [
      8,
      2,
      "one, of which every 5th example is held out",
    ]);
    assertEquals(reading.scaling, { kind: "standard", offset: [0.5], divisor: [0.5] });
    assertEquals([...test.x.data], [199, 199]);
  });
  await assertRefused(
    { "all.csv": "0,1\n1,2" },
    (folder) => `Cannot hold examples of ${folder} out: it has 2, at least 5 are needed`,
    { holdOut: true },
  );
});

Deno.test("loadData() says what it looked for in a folder that is not there, or holds no data", async () => {
  await assertRefused(
    { "notes.md": "" },
    (folder) =>
      `Cannot load data from ${folder}: it holds neither train-images-idx3-ubyte[.gz] and its three companions, ` +
      "nor train.csv and test.csv, nor x_train.npy, y_train.npy, x_test.npy and y_test.npy, nor one .npz file, nor " +
      "folders train and test with a folder of PNG or JPEG images for each class",
  );
  await withFolder({ file: "" }, async (folder) => {
    await assertRejects(
      () => loadData(`${folder}/none`),
      UserError,
      `Cannot load data from ${folder}/none: there is no such folder or file, and the only built-in set is digits`,
    );
    await assertRejects(
      () => loadData(`${folder}/file`),
      UserError,
      `Cannot read ${folder}/file: there are no examples`,
    );
  });
  await assertRefused(
    { "a.csv": "0,1", "b.csv": "0,1" },
    (folder) => `Cannot load data from ${folder}: it holds several files, a.csv, b.csv; name one`,
  );
  await assertRefused(
    { "x.npy": NPY["x_test.npy"], "z.npy": NPY["x_test.npy"] },
    (folder) =>
      `Cannot load data from ${folder}/z.npy: it holds no labels, and no file of them beside it is known`,
    { file: "z.npy" },
  );
});

Deno.test("loadData() names the file that is missing, cut short, or of another kind", async () => {
  const { "t10k-labels-idx1-ubyte": labels, ...three } = MNIST;
  await assertRefused(
    three,
    (folder) => `Cannot load data from ${folder}: t10k-labels-idx1-ubyte is missing`,
  );
  const packed = await gzip(labels);
  for (const part of [packed.subarray(0, -1), packed.subarray(0, 12)]) {
    await assertRefused(
      { ...three, "t10k-labels-idx1-ubyte.gz": part },
      (folder) => `Cannot read ${folder}/t10k-labels-idx1-ubyte.gz: it is not a whole gzip file`,
    );
  }
  await assertRefused(
    { ...MNIST, "t10k-images-idx3-ubyte": MNIST["t10k-images-idx3-ubyte"].subarray(0, 20) },
    (folder) => `Cannot read ${folder}/t10k-images-idx3-ubyte: expected 24 bytes for 2 × 2 × 2, got 20`,
  );
  await assertRefused(
    { "train.csv": "0,1\n0,x", "test.csv": "0,1" },
    (folder) => `Cannot read ${folder}/train.csv: value 2 of line 2 is "x", not a finite number`,
  );
  await assertRefused(
    { "train.csv": "0,1\n0,2", "test.csv": "0,1\n0,NA" },
    (folder) =>
      `Cannot read ${folder}/test.csv: value 2 of line 2 is missing (NaN); fill it in, or leave such examples out by missing drop`,
  );
  await withFolder({ ...three }, async (folder) => {
    await Deno.mkdir(`${folder}/t10k-labels-idx1-ubyte`);
    const { message } = await assertRejects(() => loadData(folder), UserError);
    assertEquals(message, `Cannot read ${folder}/t10k-labels-idx1-ubyte: it is a folder`);
  });
});

Deno.test("loadData() names the two files that do not belong together", async () => {
  const images = "train-images-idx3-ubyte";
  const labels = "train-labels-idx1-ubyte";
  const both = (folder: string) => `Cannot read ${folder}/${images} and ${folder}/${labels}: `;
  await assertRefused(
    { ...MNIST, [images]: MNIST[labels], [labels]: MNIST[images] },
    (folder) => `${both(folder)}the images hold labels, 3 numbers`,
  );
  await assertRefused(
    { ...MNIST, [labels]: idx([2], [0]) },
    (folder) => `${both(folder)}3 examples but 2 labels`,
  );
  await assertRefused(
    { ...MNIST, [labels]: idx([3], [10]) },
    (folder) => `${both(folder)}label 10 of example 0 is not a whole number in 0 … 9`,
    { classes: 10 },
  );
});

Deno.test("loadData() refuses parts of different inputs, and parts with no examples", async () => {
  await assertRefused(
    { "train.csv": "0,1,1", "test.csv": "0,1" },
    (folder) => `Cannot read ${folder}/test.csv: line 1 has 2 values, expected 3`,
  );
  await assertRefused(
    { ...NPY, "x_test.npy": npy([2, 1], Uint8Array.of(1, 2)) },
    (folder) =>
      `Cannot read ${folder}/x_test.npy and ${folder}/y_test.npy: its examples have 1 inputs, those of ` +
      `${folder}/x_train.npy and ${folder}/y_train.npy 4`,
  );
  await assertRefused(
    { "train.csv": "0,1,1", "test.csv": "label,a,b\n" },
    (folder) => `Cannot read ${folder}/test.csv: there are no examples`,
  );
});

Deno.test("loadData() decides scale and classes from both parts, whichever is looked at", async () => {
  const line = (label: number, value: number) => `${label},${new Array(64).fill(value)}`;
  await withFolder({ "train.csv": line(2, 255), "test.csv": line(0, 3) }, async (folder) => {
    const { test } = await loadData(folder);
    assertEquals([test.x.data[0], test.classes], [Math.fround(3 / 255), 3]);
  });
});
