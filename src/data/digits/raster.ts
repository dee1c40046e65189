/** Ink: pixels from the path of a round pen. @module */

/** Pixels along each side of an image. */
export const SIDE = 28;

/** A pen, all in pixels. */
export interface Pen {
  /** Its radius where the stroke begins. */
  readonly begin: number;
  /** Its radius where the stroke ends. */
  readonly end: number;
  /** Over how much the ink fades at the edge. */
  readonly soft: number;
}

/**
 * Draws the polyline `path`, x and y in turn in pixels from the upper left corner, into `ink`, (SIDE · SIDE):
 * at least 1 inside the stroke, at most 0 outside. Ink only ever gets darker.
 */
export function drawPath(ink: Float32Array, path: Float64Array, { begin, end, soft }: Pen): void {
  const taper = 2 * (end - begin) / (path.length - 2);
  for (let i = 2, radius = begin; i < path.length; i += 2, radius += taper) {
    const x0 = path[i - 2], y0 = path[i - 1], x1 = path[i], y1 = path[i + 1];
    const reach = Math.max(radius, radius + taper) + soft / 2 - 0.5;
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
    const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach));
    const dx = x1 - x0, dy = y1 - y0;
    const squared = dx * dx + dy * dy;
    const inverse = squared > 0 ? 1 / squared : 0;
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - y0;
      for (let col = left; col <= right; col++) {
        const px = col + 0.5 - x0;
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
        const ex = px - along * dx, ey = py - along * dy;
        const cover = 0.5 + (radius + along * taper - Math.sqrt(ex * ex + ey * ey)) / soft;
        const at = row * SIDE + col;
        if (cover > ink[at]) ink[at] = cover;
      }
    }
  }
}
