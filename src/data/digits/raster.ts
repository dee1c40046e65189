/** Ink: pixels from the path of a round pen. @module */

/** Pixels along each side of an image. */
export const SIDE = 28;

/**
 * A pen's straight move from (x0, y0) to (x1, y1) drawn into `ink`, (SIDE, SIDE), in pixels from the upper left corner.
 * The pen's radius goes from `r0` to `r1`; ink fades over `soft` pixels about the edge, and only ever darkens.
 */
export function drawSegment(
  ink: Float64Array,
  [x0, y0, r0, x1, y1, r1]: readonly [number, number, number, number, number, number],
  soft: number,
): void {
  const reach = Math.max(r0, r1) + soft / 2;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach + 0.5));
  const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach - 0.5));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach + 0.5));
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach - 0.5));
  const dx = x1 - x0, dy = y1 - y0;
  const length2 = dx * dx + dy * dy;
  const inverse = length2 > 0 ? 1 / length2 : 0;
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0;
    for (let col = left; col <= right; col++) {
      const px = col + 0.5 - x0;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
      const ex = px - t * dx, ey = py - t * dy;
      const cover = 0.5 + (r0 + t * (r1 - r0) - Math.sqrt(ex * ex + ey * ey)) / soft;
      const at = row * SIDE + col;
      if (cover > ink[at]) ink[at] = cover;
    }
  }
}
