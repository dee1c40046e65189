import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../../../../src/mod.ts";
import { json, printed, withModel } from "../support.ts";

Deno.test("info shows the contents of a model file", () =>
  withModel(async ({ model: file }) => {
    using model = loadModel(await Deno.readFile(file));
    assertEquals(await json("info", file), {
      family: "softmaxLinear",
      head: "softmax",
      inputs: 784,
      classes: 10,
      parameters: 7850,
      config: { inputs: 784, classes: 10 },
      input: [784],
      expectation: null,
      gradients: "all operations",
      certificates: "exact",
      graph: [{
        id: "linear",
        op: "linear",
        from: ["input"],
        attributes: { outputs: [10] },
        shape: [10],
        parameters: 7850,
      }],
      tensors: { W: [10, 784], b: [10] },
      record: { ...model.record },
    });
    const lines = (await printed("info", file)).split("\n");
    for (
      const line of [
        "  family            softmaxLinear",
        "  parameters        7850",
        "  W                 (10, 784)",
      ]
    ) {
      assert(lines.includes(line), line);
    }
  }));

Deno.test("info keeps to the width of the terminal for any graph", async () => {
  for (const name of ["torch_cnn2_legacy", "svc3_rbf"]) {
    const out = await printed(
      "info",
      new URL(`../../../models/import/files/${name}.onnx`, import.meta.url).pathname,
    );
    assert(out.split("\n").every((line) => line.length <= 80), out);
  }
});
