/** Figures as HTML. @module */

import { html, raw } from "hono/html";
import type { Figure, ImagesFigure, MatrixFigure } from "../../src/paper/figure.ts";
import { chart } from "./chart.ts";
import { png } from "./images.ts";

/** What `hono/html` makes: text that is HTML already. */
export type Html = ReturnType<typeof html>;

/** `figure` with its title and caption. */
export function figureHtml(figure: Figure, within: string): Html {
  return html`<figure id="${within}-${figure.id}">
<h3>${figure.title}</h3>
${body(figure)}
<figcaption>${figure.caption}</figcaption>
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

/** A chart in both of its sizes; the title and the caption tell it to a reader who does not see it. */
export function drawings({ wide, narrow }: { wide: string; narrow: string }, title: string): Html {
  return html`<div class="wide" role="img" aria-label="${title}">${raw(wide)}</div>
<div class="narrow" role="img" aria-label="${title}">${raw(narrow)}</div>`;
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

/** Images in blocks of at most five columns, which stand side by side where there is room. */
function images(figure: ImagesFigure): Html {
  const { columns, images } = figure;
  if (images.length === columns) {
    return html`
      <div class="images">
        <ul class="row">${images.map((image) => tile(figure, image))}</ul>
      </div>
    `;
  }
  const width = columns > 5 && columns % 5 === 0 ? 5 : columns;
  const rows = Math.ceil(images.length / columns);
  const blocks = Array.from(
    { length: columns / width },
    (_, block) =>
      Array.from(
        { length: rows },
        (_, row) => images.slice(row * columns + block * width, row * columns + (block + 1) * width),
      )
        .flat(),
  );
  return html`<div class="images">${
    blocks.map((block) =>
      html`<ul style="--columns:${width}">${block.map((image) => tile(figure, image))}</ul>`
    )
  }</div>`;
}

function tile(figure: ImagesFigure, { pixels, label, marked }: ImagesFigure["images"][number]): Html {
  const { width, height, title } = figure;
  return html`<li${marked ? raw(' class="marked"') : ""}><img src="${
    png(figure, pixels)
  }" width="${width}" height="${height}" alt="${label === undefined ? title : ""}">${
    label === undefined ? "" : html`<span>${label}</span>`
  }</li>`;
}

/** Three digits, of large numbers four. */
export function round(value: number): string {
  return `${Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3))}`;
}
