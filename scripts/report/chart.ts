/** Charts as SVG. @module */

import type { BarsFigure, LinesFigure } from "../../src/paper/figure.ts";
import { bars } from "./bars.ts";
import { lines, panels } from "./lines.ts";
import type { Drawing, Size } from "./svg.ts";

/** `figure` as two drawings, for wide and for narrow pages. */
export function chart(figure: LinesFigure | BarsFigure): { wide: Drawing; narrow: Drawing } {
  const of = (size: Size) => {
    if (figure.kind === "bars") return bars(figure, size);
    return figure.series.some(({ panel }) => panel !== undefined)
      ? panels(figure, size)
      : lines(figure, size);
  };
  return { wide: of("wide"), narrow: of("narrow") };
}
