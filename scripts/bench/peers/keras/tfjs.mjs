/**
 * Writes layers models of tfjs, and adds to cases.json what tfjs makes of them and of the graph models that models.py wrote.
 *
 *     node tfjs.mjs FOLDER [EXAMPLES]
 *
 * needs @tensorflow/tfjs.
 */

import * as fs from "node:fs";
import process from "node:process";

// no dependency of this project
const library = "@tensorflow/tfjs", tf = await import(library);
const [folder, examples = "1000"] = process.argv.slice(2);
const count = Number(examples), L = tf.layers;
await tf.setBackend("cpu");

const dense = () =>
  tf.sequential({
    layers: [
      L.dense({ units: 6, activation: "relu6", inputShape: [5] }),
      L.batchNormalization({ scale: false }),
      L.dropout({ rate: 0.5 }),
      L.leakyReLU(),
      L.dense({ units: 4, activation: "hardSigmoid", useBias: false }),
      L.dense({ units: 3, activation: "softmax" }),
    ],
  });

const cnn = () => {
  const x = tf.input({ shape: [8, 7, 3] });
  let h = L.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "elu" }).apply(x);
  const d = L.depthwiseConv2d({ kernelSize: 3, padding: "same", depthMultiplier: 1 }).apply(h);
  h = L.add().apply([h, L.batchNormalization().apply(d)]);
  h = L.maxPooling2d({ poolSize: 2, padding: "same" }).apply(h);
  h = L.flatten().apply(h);
  return tf.model({ inputs: x, outputs: L.dense({ units: 1, activation: "sigmoid" }).apply(h) });
};

/** Layers models: how they are made, and what they give. */
const LAYERS = { layers_dense: [dense, "probabilities"], layers_cnn: [cnn, "positive"] };

/** Weights that are not those of a fresh model. */
function randomize(model, seed) {
  model.setWeights(
    model.getWeights().map((w, i) => {
      const random = tf.randomUniform(w.shape, -1, 1, "float32", seed + i);
      // variances stay above 0
      return model.weights[i].name.includes("variance") ? tf.add(1, tf.abs(random)) : random;
    }),
  );
}

async function write(name, model) {
  fs.mkdirSync(`${folder}/${name}`, { recursive: true });
  await model.save(tf.io.withSaveHandler((artifacts) => {
    const { modelTopology, weightSpecs, weightData, generatedBy, format } = artifacts;
    const bytes = globalThis.Buffer.from(
      tf.io.concatenateArrayBuffers ? tf.io.concatenateArrayBuffers([weightData].flat()) : weightData,
    );
    // two files, as tfjs cuts large ones, at a place that parts a number
    const half = 4 * Math.floor(bytes.length / 8) + 1;
    fs.writeFileSync(`${folder}/${name}/a.bin`, bytes.subarray(0, half));
    fs.writeFileSync(`${folder}/${name}/b.bin`, bytes.subarray(half));
    const weightsManifest = [{ paths: ["a.bin", "b.bin"], weights: weightSpecs }];
    const json = { format, generatedBy, modelTopology, weightsManifest };
    if (name === "layers_dense") json.userDefinedMetadata = { classNames: ["ant", "bee", "cow"] };
    fs.writeFileSync(`${folder}/${name}/model.json`, JSON.stringify(json));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  }));
}

/** What tfjs reads a model from. */
const source = (name) => ({
  load() {
    const json = JSON.parse(fs.readFileSync(`${folder}/${name}/model.json`, "utf8"));
    const group = json.weightsManifest[0];
    const bytes = globalThis.Buffer.concat(
      group.paths.map((path) => fs.readFileSync(`${folder}/${name}/${path}`)),
    );
    return Promise.resolve({
      ...json,
      weightSpecs: group.weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
  },
});

const cases = JSON.parse(fs.readFileSync(`${folder}/cases.json`, "utf8"));
for (const [place, [name, [make, kind]]] of Object.entries(LAYERS).entries()) {
  const model = make();
  randomize(model, 100 * place);
  await write(name, model);
  const again = await tf.loadLayersModel(source(name));
  const x = tf.randomNormal([count, ...model.inputs[0].shape.slice(1)], 0, 1, "float32", place + 1);
  cases[name] = {
    kind,
    ...(name === "layers_dense" && { classNames: ["ant", "bee", "cow"] }),
    x: x.reshape([count, -1]).arraySync(),
    y: again.predict(x).arraySync(),
  };
}
for (const name of fs.readdirSync(folder).filter((each) => each.startsWith("graph_"))) {
  const { kind, x } = cases[name.slice("graph_".length).replace(/_\w+$/, "")];
  const model = await tf.loadGraphModel(source(name));
  const shape = model.inputs[0].shape.slice(1);
  const y = model.predict(tf.tensor(x).reshape([x.length, ...shape]));
  cases[name] = { kind, x, y: y.arraySync() };
}
fs.writeFileSync(`${folder}/cases.json`, JSON.stringify(cases));
