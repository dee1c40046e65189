/** Images as rows of inputs. @module */

/** Images as inputs hold them: row after row, the channels of a pixel side by side. */
export interface ImageShape {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 for grey, 3 for colours. */
  readonly channels: number;
}

/** The images in an array of shape (B, H, W), (B, H, W, 1 or 3) or (B, 1, H, W); nothing for any other shape. */
export function imageOfShape([, ...rest]: readonly number[]): ImageShape | undefined {
  const [height, width, channels = 1] = rest.length === 3 && rest[0] === 1 ? rest.slice(1) : rest;
  const fits = rest.length >= 2 && rest.length <= 3 && (channels === 1 || channels === 3);
  return fits ? { width, height, channels } : undefined;
}

/** The images that rows of so many numbers may be: squares of a side of at least 8, grey or in three colours. */
export function imageOfWidth(cols: number): ImageShape | undefined {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(cols / channels);
    if (side >= 8 && Number.isInteger(side)) return { width: side, height: side, channels };
  }
  return undefined;
}
