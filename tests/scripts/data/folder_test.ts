import { assert, assertEquals, assertRejects } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { gunzip, loadData } from "../../../scripts/data/folder.ts";
import { UserError } from "../../../scripts/errors.ts";
import { digits } from "../../../src/data/digits.ts";

type Files = Record<string, Uint8Array | string>;

const FIRST_IMAGE = [0, 255, 51, 102];

/** An IDX file of `shape`, which begins with the first image or label and goes on with zeros. */
function idx(shape: number[], start: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1));
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 0x0800 + shape.length);
  shape.forEach((n, i) => view.setUint32(4 + 4 * i, n));
  bytes.set(start.slice(0, bytes.length), 4 + 4 * shape.length);
  return bytes;
}

function npy(shape: number[], start: number[]): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}, ), }\n`;
  const data = idx(shape, start).subarray(4 + 4 * shape.length);
  const text = new TextEncoder().encode(header);
  return new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0, ...text, ...data]);
}

function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

const MNIST = {
  "train-images-idx3-ubyte": idx([3, 2, 2], FIRST_IMAGE),
  "train-labels-idx1-ubyte": idx([3], [9]),
  "t10k-images-idx3-ubyte": idx([2, 2, 2], FIRST_IMAGE),
  "t10k-labels-idx1-ubyte": idx([2], [3]),
};

async function withFolder(files: Files, run: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(
        `${folder}/${name}`,
        typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
      );
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertRefused(files: Files, problem: (folder: string) => string): Promise<void> {
  return withFolder(files, async (folder) => {
    const { message } = await assertRejects(() => loadData(folder), UserError);
    assertEquals(message, problem(folder));
  });
}

Deno.test("loadData() of digits draws the built-in set", async () => {
  const { name, train: trainSet, test } = await loadData("digits", { seed: 3 });
  assertEquals({ train: trainSet, test }, digits({ seed: 3 }));
  assertEquals(name, "digits");
});

Deno.test("loadData() reads each layout to the same examples", async () => {
  const zipped = (rename: (name: string) => string) =>
    Promise.all(Object.entries(MNIST).map(async ([name, bytes]) => [rename(name), await gzip(bytes)]));
  const layouts: Files[] = [
    MNIST,
    Object.fromEntries(await zipped((name) => `${name}.gz`)),
    Object.fromEntries(await zipped((name) => `${name.replace("-idx", ".idx")}.gz`)),
    Object.fromEntries(Object.entries(MNIST).map(([name, bytes]) => [name.replace("-idx", ".idx"), bytes])),
    {
      "x_train.npy": npy([3, 2, 2], FIRST_IMAGE),
      "y_train.npy": npy([3], [9]),
      "x_test.npy": npy([2, 4], FIRST_IMAGE),
      "y_test.npy": npy([2], [3]),
    },
    { "train.csv": "9,0,255,51,102\n0,0,0,0,0\n0,0,0,0,0\n", "test.csv": "3,0,255,51,102\n0,0,0,0,0\n" },
    {
      "mnist_train.csv": `label,a,b,c,d\n9,${FIRST_IMAGE}\n0,0,0,0,0\n0,0,0,0,0`,
      "mnist_test.csv": "3,0,255,51,102\n0,0,0,0,0",
    },
  ];
  const image = [0, 1, Math.fround(0.2), Math.fround(0.4)];
  for (const files of layouts) {
    await withFolder(files, async (folder) => {
      const { name, train: trainSet, test } = await loadData(folder);
      assertEquals([name, trainSet.x.rows, test.x.rows], [folder, 3, 2]);
      assertEquals([[...trainSet.x.data.subarray(0, 4)], [...trainSet.labels]], [image, [9, 0, 0]]);
      assertEquals([[...test.x.data.subarray(0, 4)], [...test.labels]], [image, [3, 0]]);
      assertEquals([trainSet.classes, test.classes], [10, 10]);
    });
  }
});

Deno.test("loadData() says what it looked for in a folder that is not there, or holds no data", async () => {
  await assertRefused(
    { "notes.txt": "" },
    (folder) =>
      `Cannot load data from ${folder}: it holds neither train-images-idx3-ubyte[.gz] and its three companions, ` +
      "nor train.csv and test.csv, nor x_train.npy, y_train.npy, x_test.npy and y_test.npy",
  );
  await withFolder({ file: "" }, async (folder) => {
    await assertRejects(
      () => loadData(`${folder}/none`),
      UserError,
      `Cannot load data from ${folder}/none: there is no such folder, and the one built-in set is digits`,
    );
    await assertRejects(
      () => loadData(`${folder}/file`),
      UserError,
      `Cannot load data from ${folder}/file: it is not a folder`,
    );
  });
});

Deno.test("loadData() names the file that is missing, cut short, or of another kind", async () => {
  const { "t10k-labels-idx1-ubyte": labels, ...three } = MNIST;
  await assertRefused(
    three,
    (folder) => `Cannot load data from ${folder}: t10k-labels-idx1-ubyte is missing`,
  );
  const packed = await gzip(labels);
  for (const part of [packed.subarray(0, -1), packed.subarray(0, 12), new Uint8Array(), labels]) {
    await assertRefused(
      { ...three, "t10k-labels-idx1-ubyte.gz": part },
      (folder) => `Cannot read ${folder}/t10k-labels-idx1-ubyte.gz: it is not a whole gzip file`,
    );
  }
  await assertRefused(
    { ...MNIST, "t10k-images-idx3-ubyte": MNIST["t10k-images-idx3-ubyte"].subarray(0, 20) },
    (folder) =>
      `Cannot load data from ${folder}/t10k-images-idx3-ubyte: expected 24 bytes for 2 × 2 × 2, got 20`,
  );
  await assertRefused(
    { "train.csv": "0,1\n0,x", "test.csv": "" },
    (folder) => `Cannot load data from ${folder}/train.csv: value 2 of line 2 is "x", not a finite number`,
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
  const both = (folder: string) => `Cannot load data from ${folder}/${images} and ${folder}/${labels}: `;
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
  );
});

Deno.test("loadData() refuses halves of different inputs, and halves with no examples", async () => {
  await assertRefused(
    { "train.csv": "0,1,1", "test.csv": "0,1" },
    (folder) => `Cannot load data from ${folder}: 2 inputs to learn from but 1 to test on`,
  );
  await assertRefused(
    { "train.csv": "0,1,1", "test.csv": "label,a,b\n" },
    (folder) => `Cannot load data from ${folder}/test.csv: there are no examples`,
  );
});

Deno.test("gunzip() undoes gzip", async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * i);
  const packed = await gzip(bytes);
  assert(packed.length < bytes.length);
  assertEquals(await gunzip(packed), bytes);
});
