/** Stands for onnxruntime-web: the share of class 1 of two is the logistic function of the first input. */

export const env = { wasm: {}, logLevel: "" };

export class Tensor {
  constructor(type, data, dims) {
    Object.assign(this, { type, data, dims });
  }
}

export const InferenceSession = {
  create(bytes) {
    if (bytes.length < 100) return Promise.reject(new Error("No graph was found in the protobuf."));
    return Promise.resolve({
      run(feeds, [output]) {
        const [[name, { type, data, dims }]] = Object.entries(feeds), [rows, cols] = dims;
        if (name !== "input" || output !== "probabilities") {
          return Promise.reject(new Error(`${name}, ${output}`));
        }
        const real = type === "float32" ? data instanceof Float32Array : data instanceof Float64Array;
        if (!real || data.length !== rows * cols) {
          return Promise.reject(new Error(`${type} of ${data.length}`));
        }
        const p = Float32Array.from({ length: 3 * rows }, (_, i) => {
          const one = 1 / (1 + Math.exp(-data[Math.floor(i / 3) * cols]));
          return [1 - one, one, 0][i % 3];
        });
        return Promise.resolve({ [output]: new Tensor("float32", p, [rows, 3]) });
      },
    });
  },
};
