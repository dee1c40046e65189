import { InputError } from "../../../src/errors.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { logistic, model, saveModel, softmaxLinear } from "../../../src/mod.ts";
import type { NamedBytes } from "../../../src/web/lab/protocol.ts";
import { asking, idx, PLAN } from "./support.ts";

const file = (name: string, bytes: Uint8Array<ArrayBuffer>): NamedBytes => ({ name, bytes });
const text = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const fresh = saveModel(model(softmaxLinear({ inputs: 784, classes: 10 })));

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("open takes a model, which is then one of those that are shown the step", async () => {
  const ask = asking();
  const opened = await ask("open", { files: [file("fresh.safetensors", fresh)] });
  assertEquals(opened, {
    model: { name: "fresh.safetensors", bytes: fresh, family: "softmaxLinear" },
    images: false,
    link: undefined,
  });
  const { opinions } = await ask("look", { image: new Float32Array(784), source: "opened", epsilon: 0 });
  assert(Math.abs(opinions.opened.clean.confidence - 0.1) < 1e-6);
});

Deno.test("open takes images with their labels, packed or not, in any order: to learn from and to look at", async () => {
  const [images, labels] = [idx(50, 28, 28), idx(50)];
  const ways = [
    [file("labels", labels), file("images", images)],
    [file("images.gz", await gzip(images)), file("labels.gz", await gzip(labels))],
  ];
  for (const files of ways) {
    const ask = asking();
    assertEquals(await ask("open", { files }), { model: undefined, images: true, link: undefined });
    const gallery = await ask("gallery", { count: 36 });
    assertEquals([gallery.train, gallery.test, gallery.labels?.length], [40, 10, 10]);
    assertEquals(gallery.images[9], Math.fround((9 + 40 * 784) % 10 / 255));
    const { finished } = await ask("train", { name: "mine", plan: PLAN, watch: true, resume: false });
    assert(finished);
  }
});

Deno.test("open takes images without labels to look at, but not to train on or to count errors of", async () => {
  const ask = asking();
  await ask("open", { files: [file("images", idx(50, 784))] });
  assertEquals((await ask("gallery", { count: 36 })).labels, undefined);
  const without = "the images were opened without labels";
  const training = { name: "mine", plan: PLAN, watch: true, resume: false };
  await assertRejects(() => ask("train", training), InputError, `Cannot train: ${without}`);
  await assertRejects(
    () => ask("transfer", { epsilon: 0, examples: 1 }),
    InputError,
    `Cannot measure: ${without}`,
  );
});

Deno.test("open takes a saved state, and gives its link", async () => {
  const state = text({ format: "gibbon-page-1", link: "epsilon=0.1" });
  assertEquals((await asking()("open", { files: [file("a.json", state)] })).link, "epsilon=0.1");
});

Deno.test("open refuses what does not fit in one sentence that names the file, and keeps what was there", async () => {
  const small = saveModel(model(softmaxLinear({ inputs: 4, classes: 10 })));
  const two = saveModel(model(logistic({ inputs: 784 })));
  const cut = fresh.slice(0, -1);
  const gzipped = (await gzip(idx(3))).slice(0, 12);
  const [images, labels] = [file("i", idx(50, 28, 28)), file("l", idx(49))];
  const wrong: [NamedBytes[], string][] = [
    [
      [file("a.txt", text("hello"))],
      "Cannot open a.txt: it is neither a safetensors model, nor IDX images or labels, nor a saved state",
    ],
    [[file("empty", new Uint8Array())], "Cannot open empty: it is neither"],
    [[file("cut", cut)], "Cannot open cut: expected 31400 bytes of tensors, got 31399"],
    [
      [file("small", small)],
      "Cannot open small: the model takes 4 inputs and knows 10 classes, the page has 784 pixels and 10 digits",
    ],
    [[file("two", two)], "Cannot open two: the model takes 784 inputs and knows 2 classes"],
    [[file("x", idx(50, 28, 28).slice(1))], "Cannot open x: it is neither"],
    [[file("idx", idx(50, 28, 28).slice(0, 100))], "Cannot open idx: expected 39216 bytes"],
    [[file("wide", idx(5, 32, 32))], "Cannot use wide: its images are 32 × 32, the page's are 28 × 28"],
    [[file("one", idx(1, 28, 28))], "Cannot use one: it has 1 images, at least 2 are needed"],
    [[file("alone", idx(50))], "Cannot open alone: labels need their images, so open both files together"],
    [[images, labels], "Cannot use the labels: 50 images, but labels of 49"],
    [[images, file("j", idx(5, 28, 28))], "Cannot open j: there are images already"],
    [[file("s", text({ format: "other", link: "" }))], "Cannot open s: it is no state of this page"],
    [[file("s", new TextEncoder().encode("{broken"))], "Cannot open s: "],
    [[file("z.gz", gzipped)], "Cannot open z.gz: its gzip packing is broken"],
  ];
  const ask = asking();
  const before = await ask("gallery", { count: 5 });
  for (const [files, message] of wrong) await assertRejects(() => ask("open", { files }), Error, message);
  assertEquals(await ask("gallery", { count: 5 }), before);
});

Deno.test("open refuses labels beyond the ten digits", async () => {
  const labels = idx(50);
  labels[30] = 10;
  const files = [file("images", idx(50, 28, 28)), file("labels", labels)];
  await assertRejects(() => asking()("open", { files }), InputError, "label 10");
});
