/** Figures as HTML. @module */

import { html, raw } from "hono/html";
import type { Figure, ImagesFigure, MatrixFigure } from "../../src/paper/figure.ts";
import { chart } from "./chart.ts";
import { png } from "./images.ts";
import { type Drawing, escaped } from "./svg.ts";

/** What `hono/html` makes: text that is HTML already. */
export type Html = ReturnType<typeof html>;

/** `figure` with its title and caption. */
export function figureHtml(figure: Figure, within: string): Html {
  return html`<figure id="${within}-${figure.id}">
<h3>${figure.title}</h3>
${body(figure)}
<figcaption>${unbroken(figure.caption)}${
    figure.kind === "images" && figure.scale === "diverging" ? " Red is above zero, blue below." : ""
  }</figcaption>
</figure>`;
}

function body(figure: Figure): Html {
  switch (figure.kind) {
    case "lines":
    case "bars":
      return drawings(chart(figure), figure.title);
    case "matrix":
      return matrix(figure);
    case "images":
      return images(figure);
  }
}

/**
 * A chart in both of its sizes, as images that a browser reads when they come into view: thousands of elements would delay the
 * page. The title and the caption tell it to a reader who does not see it.
 */
export function drawings({ wide, narrow }: { wide: Drawing; narrow: Drawing }, title: string): Html {
  const of = (name: string, { width, height, svg }: Drawing) =>
    `--${name}:url("${address(svg)}");--${name}-size:${width}/${height}`;
  return html`<div class="chart" role="img" aria-label="${title}" style="${of("wide", wide)};${
    of("narrow", narrow)
  }"></div>`;
}

/** A drawing as an address between quotation marks. */
function address(svg: string): string {
  return `data:image/svg+xml,${svg.replaceAll(/[\s%#<>"\\]/g, (each) => encodeURIComponent(each))}`;
}

function matrix({ rows, columns, values, rowLabel, columnLabel, unit }: MatrixFigure): Html {
  const numbers = values.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const share = (value: number) => high > low ? Math.round(100 * (value - low) / (high - low)) : 0;
  const cell = (value: number | null) =>
    value === null
      ? html`<td class="none">–</td>`
      : html`<td style="--share:${share(value)}">${
        Math.abs(value) < 10 ? round(value) : Math.round(value)
      }</td>`;
  return html`
    <table class="matrix">
      <thead>
        <tr><th><span>${rowLabel} ↓<br>${columnLabel} →${unit ? ` (${unit})` : ""}</span></th>${columns.map((
          name,
        ) => html`<th scope="col"><span>${name}</span></th>`)}</tr>
      </thead>
      <tbody>${rows.map((name, i) =>
        html`<tr><th scope="row">${name}</th>${values[i].map(cell)}</tr>`
      )}</tbody>
    </table>
  `;
}

/** Images in blocks of at most five columns, which stand side by side where there is room: a list, or one picture if none has a label. */
function images(figure: ImagesFigure): Html {
  const { columns, images, width, height, title } = figure;
  const labeled = images.some(({ label }) => label !== undefined);
  const about = labeled ? ' role="list"' : ` role="img" aria-label="${escaped(title)}"`;
  const block = (style: string, own: ImagesFigure["images"]) =>
    html`<div${raw(style + about)}>${own.map((image) => tile(figure, image, labeled))}</div>`;
  return html`<div class="images" style="--shape:${width}/${height}">${
    images.length === columns
      ? block(` class="row" style="--tiles:${columns}"`, images)
      : blocks(figure).map(({ columns, images }) => block(` style="--columns:${columns}"`, images))
  }</div>`;
}

function blocks({ columns, images }: ImagesFigure): Pick<ImagesFigure, "columns" | "images">[] {
  const width = columns > 5 && columns % 5 === 0 ? 5 : columns;
  const rows = Array.from(
    { length: Math.ceil(images.length / columns) },
    (_, row) => images.slice(row * columns, (row + 1) * columns),
  );
  return Array.from({ length: columns / width }, (_, block) => ({
    columns: width,
    images: rows.flatMap((row) => row.slice(block * width, (block + 1) * width)),
  }));
}

/** An image with its label; as the charts, it is read when it comes into view. */
function tile(
  figure: ImagesFigure,
  { pixels, label, marked }: ImagesFigure["images"][number],
  listed: boolean,
): Html {
  const about = `${listed ? ' role="listitem"' : ""}${marked ? ' class="marked"' : ""}`;
  return html`<div${raw(about)} style="--image:url(${raw(png(figure, pixels))})">${label ?? ""}</div>`;
}

/** With no line broken between a number and its percent sign, or within an equation. */
export function unbroken(text: string): string {
  return text.replaceAll(/(\d) %/g, "$1\u00a0%").replaceAll(" = ", "\u00a0=\u00a0");
}

/** Three digits, of large numbers four. */
export function round(value: number): string {
  return `${Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3))}`;
}
