/** Figures as data; drawn elsewhere. @module */

/** What a figure shows. */
export type Figure = LinesFigure | MatrixFigure | BarsFigure | ImagesFigure;

interface Base {
  /** Name within its experiment. */
  readonly id: string;
  /** What is shown, in a few words. */
  readonly title: string;
  /** A plain explanation, in one to four sentences. */
  readonly caption: string;
}

/** What an axis means. */
export interface Axis {
  readonly label: string;
  readonly unit?: string;
  /** Default linear. */
  readonly scale?: "linear" | "log";
  /** Least and greatest value shown; default those of the data. */
  readonly domain?: readonly [number, number];
}

/** Lines over a common axis. */
export interface LinesFigure extends Base {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
    /** Name of the small chart that it is in, with axes of its own; default one chart for all. */
    readonly panel?: string;
    /** Whether this is the one to look at. */
    readonly emphasis?: boolean;
  }[];
  /** Places on the x axis to point at. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
}

/** A table of numbers shown by color; null where there is none. */
export interface MatrixFigure extends Base {
  readonly kind: "matrix";
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
  /** What the rows are. */
  readonly rowLabel: string;
  /** What the columns are. */
  readonly columnLabel: string;
  readonly unit: string;
}

/** Groups of bars, each with its range if it has one. */
export interface BarsFigure extends Base {
  readonly kind: "bars";
  readonly x: Axis;
  readonly y: Axis;
  readonly groups: readonly {
    readonly name: string;
    readonly values: readonly {
      readonly x: string;
      /** Null where it is not known. */
      readonly value: number | null;
      readonly low?: number;
      readonly high?: number;
    }[];
  }[];
}

/** Small images in a grid. */
export interface ImagesFigure extends Base {
  readonly kind: "images";
  /** Pixels across and down each image. */
  readonly width: number;
  readonly height: number;
  /** Images in a row of the grid. */
  readonly columns: number;
  /** Ink on paper, or two colors from a neutral middle. */
  readonly scale: "gray" | "diverging";
  /** The values that bytes 0 and 255 stand for. */
  readonly range: readonly [number, number];
  readonly images: readonly {
    /** Base64 of `width` × `height` bytes, row after row. */
    readonly pixels: string;
    readonly label?: string;
    /** Whether it is to stand out. */
    readonly marked?: boolean;
  }[];
}

/** The `pixels` of an image: `values`, of which `range` maps to 0 … 255, rounded and cut. */
export function pixels(values: ArrayLike<number>, [low, high]: readonly [number, number]): string {
  const bytes = Uint8Array.from(
    values,
    (value) => Math.min(Math.max(Math.round(255 * (value - low) / (high - low)), 0), 255),
  );
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
