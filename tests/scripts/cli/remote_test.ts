import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadData } from "../../../scripts/data/folder.ts";
import { loadModel, matrix, predict, readSafetensors, signNoise } from "../../../src/mod.ts";
import { assertRefused, gibbon, json, printed, withModel } from "./support.ts";

/** Runs `run` with a server of this machine that answers for the model, and the sizes of its requests. */
function served(
  run: (at: { url: string; data: string; model: string; folder: string; batches: number[] }) => Promise<void>,
  { fails = 0 }: { fails?: number } = {},
): Promise<void> {
  return withModel(async (paths) => {
    using model = loadModel(await Deno.readFile(paths.model));
    const batches: number[] = [];
    let left = fails;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const { inputs } = await request.json();
        if (left-- > 0) return new Response("busy", { status: 503 });
        batches.push(inputs.length);
        const { predicted } = predict(model, matrix(inputs.length, 784, inputs.flat()));
        return Response.json({ labels: [...predicted] });
      },
    );
    await run({ ...paths, url: `http://127.0.0.1:${server.addr.port}/predict`, batches });
  });
}

const BLIND = ["--attack", "signNoise", "--restarts", "4", "--answers", "labels"];

Deno.test("evaluate asks a classifier behind an address in batches, and counts as on the model itself", () =>
  served(async ({ url, data, model: file, batches }) => {
    const args = ["evaluate", "--data", data, "--epsilon", "0.5,1", "--limit", "30", ...BLIND];
    const said = await json(...args, "--model", url, "--max-batch", "7");
    assert(batches.length > 5 && Math.max(...batches) === 7, `${batches}`);
    const near = await json(...args.slice(0, -2), "--model", file);
    const rates = ({ errorRate, fooledRate }: Record<string, unknown>) => [errorRate, fooledRate];
    assertEquals([said.clean, ...said.attacked].map(rates), [near.clean, ...near.attacked].map(rates));
    const text = await printed(...args, "--model", url);
    assertStringIncludes(text, `${url} (remote) on 30 examples of ${data}`);
    assert(/^signNoise {2,}1 {2,}\d+\.\d\d % {2,}– /m.test(text), text);
  }));

Deno.test("attack on a classifier behind an address writes the same examples as on the model itself, after failures too", () =>
  served(async ({ url, data, model: file, folder }) => {
    const args = ["attack", "--data", data, "--epsilon", "1", "--limit", "20", ...BLIND, "--back-off", "1"];
    await printed(...args, "--model", url, "--out", `${folder}/out.safetensors`);
    const { tensors } = readSafetensors(await Deno.readFile(`${folder}/out.safetensors`));
    using model = loadModel(await Deno.readFile(file));
    const { test } = await loadData(data);
    const first = {
      ...test,
      x: { ...test.x, rows: 20, data: test.x.data.subarray(0, 20 * 784) },
      labels: test.labels.subarray(0, 20),
    };
    assertEquals(tensors.xAdv.data, signNoise(model, first, { epsilon: 1, restarts: 4 }).x.data);
  }, { fails: 2 }));

Deno.test("a remote classifier is refused what needs gradients, and its options go with an address alone", () =>
  served(async ({ url, data, model }) => {
    const args = ["evaluate", "--data", data, "--model"];
    await assertRefused([...args, url], 2, "--attack fgsm needs gradients, which no remote classifier gives");
    await assertRefused(
      [...args, model, "--retries", "2"],
      2,
      "--retries does not go with FILE, but with URL",
    );
    const none = "http://127.0.0.1:9/";
    const { code, err } = await gibbon([...args, none, ...BLIND, "--retries", "0"]);
    assertEquals(code, 1);
    assertStringIncludes(err, "gibbon: Cannot ");
    assert(!err.includes("    at "), err);
  }));
