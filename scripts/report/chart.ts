/** Charts as SVG that takes its colors from the page. @module */

import type { BarsFigure, LinesFigure } from "../../src/paper/figure.ts";
import { bars } from "./bars.ts";
import { lines, panels } from "./lines.ts";
import type { Size } from "./svg.ts";

/** `figure` as two drawings, for wide and for narrow pages. */
export function chart(figure: LinesFigure | BarsFigure): { wide: string; narrow: string } {
  const of = (size: Size) => {
    if (figure.kind === "bars") return bars(figure, size);
    return figure.series.some(({ panel }) => panel !== undefined)
      ? panels(figure, size)
      : lines(figure, size);
  };
  return { wide: of("wide"), narrow: of("narrow") };
}
