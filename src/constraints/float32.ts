/** Rounding to float32 that never passes a limit. @module */

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The greatest float32 that is not above `value`. */
export function float32Below(value: number): number {
  float[0] = value;
  if (float[0] > value) bits[0] += bits[0] < 0 ? 1 : -1;
  return float[0];
}

/** `value` in float32, rounded toward 0. */
export function towardZero(value: number): number {
  float[0] = value;
  if (Math.abs(float[0]) > Math.abs(value)) bits[0] -= 1;
  return float[0];
}

/** fl(x + d) for float32 x and d, or its neighbour toward x where rounding would leave it farther than |d| from x. */
export function addWithin(x: number, d: number): number {
  if (d === 0) return x;
  float[0] = x + d;
  if (Math.abs(float[0] - x) <= Math.abs(d)) return float[0];
  // one ulp toward x: the magnitude shrinks if the sum and d agree in sign, else grows
  bits[0] += (bits[0] < 0) === (d < 0) ? -1 : 1;
  return float[0];
}
