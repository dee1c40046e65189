import { InputError } from "../../../src/errors.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  loadModel,
  logistic,
  matrix,
  maxout,
  model,
  predict,
  saveModel,
  softmaxLinear,
} from "../../../src/mod.ts";
import { writeOnnx } from "../../../src/onnx.ts";
import type { NamedBytes } from "../../../src/web/messages.ts";
import { idx, PLAN, requester } from "./support.ts";

const file = (name: string, bytes: Uint8Array<ArrayBuffer>): NamedBytes => ({ name, bytes });
const text = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const fresh = saveModel(model(softmaxLinear({ inputs: 784, classes: 10 })));

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("openFiles adds a model to those that see the attacked example", async () => {
  const request = requester();
  const opened = await request("openFiles", { files: [file("fresh.safetensors", fresh)] });
  assertEquals(opened, {
    model: { name: "fresh.safetensors", bytes: fresh, family: "softmaxLinear" },
    examples: false,
    reshaped: false,
    link: undefined,
  });
  const example = new Float32Array(784);
  const { predictions } = await request("attack", { example, source: "opened", attack: "fgsm", epsilon: 0 });
  assert(Math.abs(predictions.opened.clean.confidence - 0.1) < 1e-6);
});

Deno.test("openFiles takes a model of ONNX, which is attacked and shared as one of the page's own", async () => {
  using own = model(maxout({ inputs: 784, classes: 10, units: [5], pieces: 2, initialRange: 0.5 }), {
    seed: 3,
  });
  const request = requester();
  const { model: opened } = await request("openFiles", { files: [file("net.onnx", writeOnnx(own))] });
  const example = Float32Array.from({ length: 784 }, (_, i) => i % 7 / 7);
  const { predictions } = await request("attack", { example, source: "opened", attack: "pgd", epsilon: 0.1 });
  const { predicted, confidence } = predict(own, matrix(1, 784, example));
  const { clean } = predictions.opened;
  assertEquals(clean.predicted, predicted[0]);
  assert(Math.abs(clean.confidence - confidence[0]) < 1e-6);
  using again = loadModel(opened!.bytes);
  assertEquals(again.scores(matrix(1, 784, example)).data.length, 10);
  await assertRejects(
    () => request("openFiles", { files: [file("cut.onnx", writeOnnx(own).slice(0, 300))] }),
    InputError,
    "Cannot open cut.onnx: ",
  );
});

Deno.test("openFiles takes images with their labels, packed or not, in any order: to learn from and to look at", async () => {
  const [images, labels] = [idx(50, 28, 28), idx(50)];
  const ways = [
    [file("labels", labels), file("images", images)],
    [file("images.gz", await gzip(images)), file("labels.gz", await gzip(labels))],
  ];
  for (const files of ways) {
    const request = requester();
    assertEquals(await request("openFiles", { files }), {
      model: undefined,
      examples: true,
      reshaped: false,
      link: undefined,
    });
    const gallery = await request("gallery", { count: 36 });
    assertEquals([gallery.train, gallery.test, gallery.labels?.length], [40, 10, 10]);
    assertEquals(gallery.examples[9], Math.fround((9 + 40 * 784) % 10 / 255));
    const { finished } = await request("train", { name: "mine", plan: PLAN, watch: true, resume: false });
    assert(finished);
  }
});

Deno.test("openFiles takes images without labels to look at, but not to train on or to count errors of", async () => {
  const request = requester();
  await request("openFiles", { files: [file("images", idx(50, 784))] });
  assertEquals((await request("gallery", { count: 36 })).labels, undefined);
  const without = "the examples were opened without labels";
  const training = { name: "mine", plan: PLAN, watch: true, resume: false };
  await assertRejects(() => request("train", training), InputError, `Cannot train: ${without}`);
  await assertRejects(
    () => request("transfer", { attack: "fgsm", epsilon: 0, examples: 1 }),
    InputError,
    `Cannot measure: ${without}`,
  );
});

Deno.test("openFiles takes a saved state, and gives its link", async () => {
  const state = text({ format: "gibbon-page-1", link: "epsilon=0.1" });
  assertEquals((await requester()("openFiles", { files: [file("a.json", state)] })).link, "epsilon=0.1");
});

Deno.test("openFiles refuses files that do not fit in one sentence that names the file, and keeps the earlier ones", async () => {
  const small = saveModel(model(softmaxLinear({ inputs: 4, classes: 10 })));
  const two = saveModel(model(logistic({ inputs: 784 })));
  const cut = fresh.slice(0, -1);
  const gzipped = (await gzip(idx(3))).slice(0, 12);
  const [images, labels] = [file("i", idx(50, 28, 28)), file("l", idx(49))];
  const wrong: [NamedBytes[], string][] = [
    [
      [file("a.txt", text("hello"))],
      "Cannot open a.txt: it is neither a model (safetensors, ONNX), nor IDX images or labels, nor a table (CSV), a PNG or a saved state",
    ],
    [[file("empty", new Uint8Array())], "Cannot open empty: it is neither"],
    [[file("cut", cut)], "Cannot open cut: expected 31400 bytes of tensors, got 31399"],
    [
      [file("small", small)],
      "Cannot open small: the model has 4 inputs and 10 classes, the examples have 784 and 10",
    ],
    [[file("two", two)], "Cannot open two: the model has 784 inputs and 2 classes"],
    [[file("x", idx(50, 28, 28).slice(1))], "Cannot open x: it is neither"],
    [[file("idx", idx(50, 28, 28).slice(0, 100))], "Cannot open idx: expected 39216 bytes"],
    [[file("wide", idx(5, 32, 32))], "Cannot use wide: its images are 32 × 32, the page's are 28 × 28"],
    [[file("one", idx(1, 28, 28))], "Cannot use one: it has 1 examples, at least 2 are needed"],
    [[file("alone", idx(50))], "Cannot open alone: labels need their images, so open both files together"],
    [[images, labels], "Cannot use the labels: 50 images, but labels of 49"],
    [[images, file("j", idx(5, 28, 28))], "Cannot open j: there are images already"],
    [[file("s", text({ format: "other", link: "" }))], "Cannot open s: it is no state of this page"],
    [[file("s", new TextEncoder().encode("{broken"))], "Cannot open s: "],
    [[file("z.gz", gzipped)], "Cannot open z.gz: its gzip packing is broken"],
  ];
  const request = requester();
  const before = await request("gallery", { count: 5 });
  for (const [files, message] of wrong) {
    await assertRejects(() => request("openFiles", { files }), Error, message);
  }
  assertEquals(await request("gallery", { count: 5 }), before);
});

Deno.test("openFiles refuses labels beyond the ten digits", async () => {
  const labels = idx(50);
  labels[30] = 10;
  const files = [file("images", idx(50, 28, 28)), file("labels", labels)];
  await assertRejects(() => requester()("openFiles", { files }), InputError, "label 10");
});

Deno.test("closeFiles takes the built-in digits again; models of their shape stay", async () => {
  const request = requester();
  const before = await request("gallery", { count: 5 });
  await request("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  await request("openFiles", { files: [file("images", idx(50, 28, 28)), file("labels", idx(50))] });
  assertEquals((await request("gallery", { count: 5 })).builtIn, false);
  assertEquals(await request("closeFiles", {}), { reshaped: false });
  assertEquals(await request("gallery", { count: 5 }), before);
  const { names } = await request("transfer", { attack: "fgsm", epsilon: 0, examples: 1 });
  assertEquals(names, ["mine"]);
});
