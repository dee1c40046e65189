import { directedRubbish, type Model } from "../../mod.ts";
import type { Ask } from "./exchanges.ts";
import type { Growth } from "./protocol.ts";

/** Noise moved one step toward a class (paper, appendix A and figure 5). The same seed gives the same noise. */
export function grow(model: Model, { target, step, seed, samples }: Ask<"grow">): Growth {
  const grown = directedRubbish(model, { target, epsilon: step, seed, samples });
  const { x, fooled, probabilities: { data, cols } } = grown;
  const confidence = Float32Array.from({ length: samples }, (_, i) => data[i * cols + target]);
  return { samples, images: x.data, confidence, fooled };
}
