/**
 * Runs the models that models.py wrote in the real onnxruntime-web from npm, and compares with the results that it saved.
 *
 *     deno run --no-lock -A scripts/bench/peers/onnx/runtime.ts FOLDER NAME…
 *
 * @module
 */

import { matrix, readNpy } from "../../../../src/mod.ts";
import { onnxruntimeClassifier } from "../../../data/onnxruntime.ts";

const [folder, ...names] = Deno.args;
for (const name of names) {
  using box = onnxruntimeClassifier(Deno.readFileSync(`${folder}/${name}.onnx`));
  const [x, y] = ["x", "y"].map((part) => readNpy(Deno.readFileSync(`${folder}/${name}.${part}.npy`)));
  const scores = box.scores(matrix(x.shape[0], x.data.length / x.shape[0], x.data as ArrayLike<number>));
  const shares = box.record.note.includes("probabilities");
  const gap = scores.data.reduce((most, score, i) => {
    const gap = Math.abs((shares ? Math.exp(score) : score) - Number(y.data[i]));
    return gap <= most ? most : gap;
  }, 0);
  console.log(
    `${gap <= 1e-5 ? "✓" : "✗"} ${name.padEnd(24)} ${box.record.note}, ${gap.toExponential(1)} apart`,
  );
}
