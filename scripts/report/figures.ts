/** Figures as HTML. @module */

import { html, raw } from "hono/html";
import type { BarsFigure, Figure, ImagesFigure, LinesFigure, MatrixFigure } from "../../src/paper/figure.ts";
import { chart } from "./chart.ts";
import { png } from "./images.ts";

/** What `hono/html` makes: text that is HTML already. */
export type Html = ReturnType<typeof html>;

/** `figure` with its title and caption. */
export async function figureHtml(figure: Figure, within: string): Promise<Html> {
  return html`<figure id="${within}-${figure.id}">
<h4>${figure.title}</h4>
${await body(figure)}
<figcaption>${figure.caption}</figcaption>
</figure>`;
}

function body(figure: Figure): Html | Promise<Html> {
  switch (figure.kind) {
    case "lines":
    case "bars":
      return drawing(figure);
    case "matrix":
      return matrix(figure);
    case "images":
      return images(figure);
  }
}

async function drawing(figure: LinesFigure | BarsFigure): Promise<Html> {
  const { wide, narrow } = await chart(figure);
  // the drawings say nothing to a reader that does not see them: the title and the caption do
  return html`<div class="wide" role="img" aria-label="${figure.title}">${raw(wide)}</div>
<div class="narrow" aria-hidden="true">${raw(narrow)}</div>`;
}

function matrix({ rows, columns, values, rowLabel, columnLabel, unit }: MatrixFigure): Html {
  const numbers = values.flat().filter((value) => value !== null);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const share = (value: number) => most > least ? Math.round(100 * (value - least) / (most - least)) : 0;
  const cell = (value: number | null) =>
    value === null
      ? html`<td class="none">–</td>`
      : html`<td style="--share:${share(value)}">${round(value)}</td>`;
  return html`
    <div class="scroll">
      <table class="matrix">
        <thead>
          <tr><th>${rowLabel} ↓ ${columnLabel} →${unit ? ` (${unit})` : ""}</th>${columns.map((name) =>
            html`<th scope="col">${name}</th>`
          )}</tr>
        </thead>
        <tbody>${rows.map((name, i) =>
          html`<tr><th scope="row">${name}</th>${values[i].map(cell)}</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}

function images(figure: ImagesFigure): Html {
  const { columns, images, width, height } = figure;
  const each = images.map(({ pixels, label, marked }, i) =>
    html`<li${marked ? raw(' class="marked"') : ""}><img src="${
      png(figure, pixels)
    }" width="${width}" height="${height}" alt="${label ?? `${figure.title} ${i + 1}`}">${
      label === undefined ? "" : html`<span>${label}</span>`
    }</li>`
  );
  return html`<ul class="images" style="--columns:${columns}">${each}</ul>`;
}

/** Four digits tell all that there is to tell. */
export function round(value: number): string {
  return `${Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3))}`;
}
