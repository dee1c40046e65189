import { assert, assertEquals } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { kernels } from "../../src/runtime/variants.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { createHandler } from "../../src/edge/mod.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { graphFamily, model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";
import { robustness } from "../../src/evaluate/robustness.ts";
import { checkReport } from "../../src/evaluate/check_report.ts";
import { type Gate, gateAttacks } from "../../src/evaluate/gate.ts";
import { trialsOf } from "../../src/evaluate/trials.ts";
import { evaluation } from "../../src/evaluate/evaluation.ts";
import { outcomes, runSteps } from "../../src/evaluate/outcomes.ts";
import { CLASSES, handlerOf, INPUTS, inputs, models, post } from "./support.ts";

const handler = handlerOf();
const x = inputs(300);
const labels = x.map((_, i) => i % CLASSES);
const examples = batch({ x: matrix(300, INPUTS, x.flat()), labels, classes: CLASSES });
const TENSORS = { "content-type": "application/vnd.safetensors", accept: "application/vnd.safetensors" };

/** The answer in JSON. */
// deno-lint-ignore no-explicit-any
async function said(request: Request): Promise<any> {
  const response = await handler(request);
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  return await response.json();
}

/** The answer in tensors to what is asked in tensors. */
async function inTensors(
  action: string,
  tensors: Parameters<typeof writeSafetensors>[0],
  metadata: Record<string, string> = {},
) {
  const body = writeSafetensors(tensors, metadata);
  const init = { method: "POST", headers: TENSORS, body };
  const response = await handler(new Request(`https://edge.example/models/linear/${action}`, init));
  assertEquals([response.status, response.headers.get("content-type")], [200, TENSORS.accept]);
  return readSafetensors(await response.bytes());
}

const tensors = {
  x: { shape: [300, INPUTS], data: examples.x.data },
  labels: { shape: [300], data: examples.labels },
};

Deno.test("GET /models lists the models, their sizes, and the limits", async () => {
  const request = new Request("https://edge.example/models");
  assertEquals(await said(request), {
    kernels: kernels(),
    limits: {
      bytes: 2 ** 21,
      answer: 2 ** 22,
      examples: 500,
      epsilons: 16,
      thresholds: 64,
      multiplyAdds: 7e9,
      milliseconds: 10_000,
    },
    models: [
      {
        name: "linear",
        inputs: INPUTS,
        classes: CLASSES,
        head: "softmax",
        family: "softmaxLinear",
        // as many as it has parameters
        // and what an attack does with each input
        multiplyAdds: INPUTS * CLASSES + CLASSES + 4 * INPUTS,
      },
      { name: "mine", inputs: INPUTS, classes: CLASSES, head: "softmax", family: null, multiplyAdds: 1e6 },
    ],
  });
});

Deno.test("a convolution costs its parameters at every place", async () => {
  const graph: Graph = {
    input: [1, 8, 8],
    nodes: [
      {
        id: "conv",
        op: "conv2d",
        from: ["input"],
        tensors: { W: "conv.W", b: "conv.b" },
        attributes: { outputs: 3, kernel: [3, 3] },
      },
      { id: "flat", op: "reshape", from: ["conv"], attributes: { shape: [108] } },
      { id: "top", op: "linear", from: ["flat"], tensors: { W: "W", b: "b" }, attributes: { outputs: [2] } },
    ],
    head: "softmax",
  };
  using convolution = model(graphFamily(graph));
  const answer = await createHandler({ models: { convolution } })(new Request("https://edge.example/models"));
  const { models: [{ multiplyAdds }] } = await answer.json();
  // 30 parameters at 6 × 6 places, 108 numbers laid flat, 218 parameters, and the inputs of an attack
  assertEquals(multiplyAdds, 30 * 36 + 108 + 218 + 4 * 64);
});

Deno.test("classify answers with the library's predictions, in JSON and in tensors", async () => {
  for (const name of ["linear", "mine"] as const) {
    const { predicted, confidence, probabilities } = predict(models[name], examples.x);
    assertEquals(await said(post(`/models/${name}/classify`, { x })), {
      model: name,
      kernels: kernels(),
      predicted: [...predicted],
      confidence: [...confidence],
      probabilities: x.map((_, i) => [...probabilities.data.subarray(i * CLASSES, (i + 1) * CLASSES)]),
    });
  }
  const { predicted, confidence, probabilities } = predict(models.linear, examples.x);
  assertEquals(await inTensors("classify", { x: tensors.x }), {
    tensors: {
      predicted: { shape: [300], data: predicted },
      confidence: { shape: [300], data: confidence },
      probabilities: { shape: [300, CLASSES], data: probabilities.data },
    },
    metadata: { model: "linear", kernels: kernels() },
  });
});

Deno.test("check gives the library's report, in JSON and in tensors", async () => {
  const gate: Gate = {
    attacks: ["fgsm", "uniformNoise"],
    epsilons: [0, 0.3, 2],
    norm: "L2",
    labels: "predicted",
    bounds: [0, 1],
    seed: 5,
    perClass: true,
    thresholds: [{ on: "clean", errorRate: 0.5 }, { on: "fgsm", epsilon: 2, errorOverNoise: 0.01 }],
  };
  const found = runSteps(outcomes(models.linear, examples, trialsOf(gate, INPUTS)));
  const report = checkReport(gate, found, { examples, model: "linear", data: "request" });
  const json = await said(post("/models/linear/check", { x, labels, gate }));
  assertEquals(json, JSON.parse(JSON.stringify(report)));
  // what is compared is not empty
  assert(report.flips.at(2)!.examples.length > 0 && report.passed === false);

  const { metadata, tensors: out } = await inTensors("check", tensors, { gate: JSON.stringify(gate) });
  assertEquals(JSON.parse(metadata.report), json);
  assertEquals([out.predicted.data, out.confidence.data], [found.clean.predicted, found.clean.confidence]);
  assertEquals(out["attacked.predicted"].shape, [6, 300]);
  for (const [i, { predicted, confidence }] of found.attacked.slice(0, 6).entries()) {
    const row = (name: string) => [...out[name].data.subarray(i * 300, (i + 1) * 300)];
    assertEquals(row("attacked.predicted"), [...predicted]);
    assertEquals(row("attacked.confidence"), [...confidence]);
  }
});

Deno.test("check holds the evaluation that the command line prints", async () => {
  const gate = { attacks: ["fgsm"], epsilons: [0.1, 0.2] };
  const { noise: _noise, flips: _flips, outcomes: each, comparison, ...others } = await said(
    post("/models/linear/check", { x, labels, gate }),
  );
  const { verdicts, passed, robustness, notes, ...rest } = others;
  assertEquals([each.length, comparison], [3, null]);
  const trials = trialsOf(gate, INPUTS).slice(0, 1);
  const conditions = { bounds: null, seed: 0, attacks: gateAttacks(gate) };
  const found = runSteps(outcomes(models.linear, examples, trials));
  assertEquals(rest, { ...evaluation(found, examples, { model: "linear", data: "request", conditions }) });
  assertEquals([verdicts, passed, robustness, notes.length], [[], null, null, 1]);
});

Deno.test("check looks for the worst case where a request names no attacks, and certifies where a threshold is on it", async () => {
  const gate = {
    epsilons: [0.1],
    thresholds: [{ on: "attacked", errorRate: 0 }, { on: "certified", errorRate: 1 }],
  };
  const { robustness: worst, verdicts, passed } = await said(
    post("/models/linear/check", { x, labels, gate }),
  );
  const alone = robustness(models.linear, examples, { epsilons: [0.1], effort: "quick", certify: "crown" });
  assertEquals(worst, JSON.parse(JSON.stringify(alone)));
  assertEquals([verdicts.map(({ passed }: { passed: boolean }) => passed), passed], [[false, true], false]);
  assert(verdicts[1].value < 1);
});

Deno.test("robustness gives the library's bracket, in JSON and in tensors, certified where that is cheap", async () => {
  const options = { epsilons: [0.02, 0.2], norm: "L2" as const, bounds: [0, 1] as [number, number], seed: 3 };
  const report = robustness(models.linear, examples, {
    ...options,
    effort: "quick",
    certify: "crown",
    perExample: true,
  });
  const { examples: count, ...rest } = report;
  const wanted = { model: "linear", data: { name: "request", examples: count }, kernels: kernels(), ...rest };
  const json = await said(post("/models/linear/robustness", { x, labels, ...options }));
  assertEquals(json, JSON.parse(JSON.stringify(wanted)));
  const { metadata, tensors: out } = await inTensors("robustness", tensors, {
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, JSON.stringify(value)])),
  });
  assertEquals(JSON.parse(metadata.report), json);
  assertEquals([...out.size.data], report.perExample!.map(({ size }) => Math.fround(size ?? -1)));
  assertEquals(
    [...out.certified.data],
    report.perExample!.map(({ certified }) => Math.fround(certified ?? 0)),
  );
  // a model of which only its answers are known has no certificate
  const few = { x: x.slice(0, 20), labels: labels.slice(0, 20), epsilons: [0.1] };
  const { at } = await said(post("/models/mine/robustness", few));
  assertEquals([at[0].certified, at[0].unresolved], [null, Math.round(20 * (1 - at[0].attacked.errorRate))]);
});

Deno.test("check takes only options that the request leaves out from the configuration", async () => {
  const thresholds = [{ on: "fgsm", errorRate: 1 }];
  const own = handlerOf({ gate: { attacks: ["fgsm"], epsilons: [0.1], seed: 3, thresholds } });
  const ask = async (gate?: Partial<Gate>) =>
    (await own(post("/models/linear/check", { x, labels, gate }))).json();
  const { attacked, verdicts, passed } = await ask();
  assertEquals([attacked[0].epsilon, verdicts.length, passed], [0.1, 1, true]);
  const changed = await ask({ epsilons: [0.3], thresholds: [{ on: "clean", errorRate: 0 }] });
  assertEquals([changed.attacked[0].epsilon, changed.verdicts[0].on, changed.passed], [0.3, "clean", false]);
});

Deno.test("screen calls an input rubbish if no class passes the threshold, in JSON and in tensors", async () => {
  const { predicted, confidence, probabilities } = predict(models.linear, examples.x);
  for (const threshold of [undefined, 0, 0.6, 1]) {
    const rubbish = x.map((_, i) =>
      !probabilities.data.subarray(i * CLASSES, (i + 1) * CLASSES).some((p) => p > (threshold ?? 0.5))
    );
    const answer = await said(post("/models/linear/screen", { x, threshold }));
    const { rule, ...rest } = answer;
    assert(rule.includes("no class is more probable than the threshold"));
    assertEquals(rest, {
      model: "linear",
      kernels: kernels(),
      threshold: threshold ?? 0.5,
      rubbish,
      predicted: [...predicted],
      confidence: [...confidence],
    });
    const metadata: Record<string, string> = threshold === undefined ? {} : { threshold: `${threshold}` };
    const binary = await inTensors("screen", { x: tensors.x }, metadata);
    assertEquals(binary.tensors.rubbish.data, Int32Array.from(rubbish, Number));
    assertEquals(binary.metadata, {
      model: "linear",
      kernels: kernels(),
      rule,
      threshold: `${threshold ?? 0.5}`,
    });
  }
  const strict = handlerOf({ threshold: 1 });
  const all = await (await strict(post("/models/linear/screen", { x }))).json();
  assertEquals(all.rubbish, x.map(() => true));
});

Deno.test("the answer is in the form that the request prefers, and JSON where it does not say", async () => {
  const typeFor = async (accept: string) => {
    const response = await handler(post("/models/linear/classify", { x }, { headers: { accept } }));
    await response.body?.cancel();
    return response.headers.get("content-type");
  };
  const [json, binary] = ["application/json", "application/vnd.safetensors"];
  assertEquals(await typeFor(""), json);
  assertEquals(await typeFor("*/*"), json);
  assertEquals(await typeFor("text/html"), json);
  assertEquals(await typeFor(binary), binary);
  assertEquals(await typeFor(`${json};q=0.5, ${binary}`), binary);
  assertEquals(await typeFor(`${json}, ${binary};q=0.5`), json);
});

Deno.test("inputs whose scores pass float32 are refused where no class is left, and do not become NaN", async () => {
  const huge = [x[0], x[0].map(() => 3e38)];
  // the same weights for all classes
  const linear = model(softmaxLinear({ inputs: INPUTS, classes: CLASSES }), {
    tensors: {
      W: { shape: [CLASSES, INPUTS], data: new Float32Array(CLASSES * INPUTS).fill(1) },
      b: { shape: [CLASSES], data: new Float32Array(CLASSES) },
    },
  });
  const alike = handlerOf({ models: { linear } });
  for (const action of ["classify", "screen", "check"]) {
    const body = { x: huge, ...(action === "check" && { labels: [0, 1] }) };
    const response = await alike(post(`/models/linear/${action}`, body));
    const { detail } = await response.json();
    assertEquals(response.status, 422);
    assertEquals(
      detail,
      "Cannot use the classifier's answer: several scores of example 1 are +∞, so no class is the most probable",
    );
  }
  // one infinite score decides the class
  const { predicted, confidence } = await said(
    post("/models/linear/classify", { x: [x[0].map(() => 3e38)] }),
  );
  assertEquals([predicted.length, ...confidence], [1, 1]);
});

Deno.test("routes lie below the base path, and only there", async () => {
  const based = handlerOf({ basePath: "/api/v1" });
  const status = async (path: string) => (await based(new Request(`https://edge.example${path}`))).status;
  assertEquals([await status("/api/v1/models"), await status("/models")], [200, 404]);
  const answer = await based(post("/api/v1/models/linear/classify", { x: [x[0]] }));
  assertEquals((await answer.json()).predicted.length, 1);
});
