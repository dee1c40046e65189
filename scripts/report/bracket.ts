/** What is known of a model's worst case as one page: the bracket, what led to it, and examples. @module */

import { html as markup, raw } from "hono/html";
import type { ImageShape } from "../../src/data/image.ts";
import type { ExampleRobustness, RobustnessReport } from "../../src/evaluate/robustness_report.ts";
import { drawings, type Html } from "./figures.ts";
import { imagePng } from "./images.ts";
import { pageStyle } from "./style.ts";
import {
  type Drawing,
  drawing,
  element,
  LINE,
  scaleOf,
  type Size,
  text,
  WIDTHS,
  xAxis,
  yAxis,
} from "./svg.ts";

/** A report with what a page shows beside it. */
export interface Bracket {
  readonly report: RobustnessReport;
  /** Names of the model and of the data, and what else was decided, in words. */
  readonly model: string;
  readonly data: string;
  readonly conditions: string;
  /** The examples to show, easiest first; none where inputs are no images. */
  readonly shown?: {
    readonly image: ImageShape;
    readonly range: readonly [number, number];
    readonly examples: readonly Shown[];
  };
}

/** An example, and what fooled the model on it. */
export interface Shown {
  readonly kind: "easiest" | "hardest";
  readonly known: ExampleRobustness;
  readonly label: string;
  readonly x: Float32Array;
  /** The smallest input found that fools, and what the model takes it for; nothing if none was found. */
  readonly fooled?: { readonly x: Float32Array; readonly predicted: string };
}

const NORMS = { Linf: "L∞", L2: "L2", L1: "L1", L0: "L0" } as const;

const CERTIFICATES: Readonly<Record<string, string>> = {
  auto: "all there is",
  interval: "interval bounds",
  crown: "CROWN",
  semidefinite: "the semidefinite bound",
  complete: "branch and bound",
};

const percent = (rate: number) => `${(100 * rate).toFixed(2)} %`;

/** The page of `bracket`. */
export function bracketHtml({ report, model, data, conditions, shown }: Bracket): string {
  const { clean, at, norm, examples, effort, warnings } = report;
  const title = "Worst-case error";
  const last = at[at.length - 1];
  return `${markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} of ${model}</title><style>${raw(pageStyle(OWN))}</style></head><body>
<header><h1>${title}</h1>
<p class="lead">${model} on ${examples} examples of ${data}. As they are, ${
    percent(clean.errorRate)
  } are wrong.</p>
<p>${sentence(last, norm)}</p></header>
<main>
${
    warnings.length > 0
      ? markup`<section id="warnings"><h2>Warnings</h2><ul>${
        warnings.map(({ text }) => markup`<li>${text}.</li>`)
      }</ul></section>`
      : ""
  }
<section id="curve"><figure><h3>Error against the size of the perturbation</h3>${
    drawings({ wide: band(report, "wide"), narrow: band(report, "narrow") }, "Error against ε")
  }<figcaption>The lower line is what attacks found, the upper one what no certificate excludes: the true error of the worst
case is in the band between them.${
    at.some(({ certified }) => certified === null)
      ? " Where nothing was certified, the band is open to the top."
      : ""
  }</figcaption></figure></section>
<section id="numbers"><h2>In numbers</h2>${numbers(report)}
<p class="note">Attacked: at least this is wrong in the worst case. Certified: at most this. Unresolved: examples that no
attack fooled and no certificate settled; nothing is known of them, and they count as robust nowhere.</p></section>
<section id="cascade"><h2>Which attack found what</h2>${cascade(report)}
<p class="note">Each attack saw only what the ones before it had left. "witness" is an input that a certificate's
counterexample led to, "shortened" one that was found within a larger ε. One attack alone, and FGSM above all, is no bound on
robustness.</p></section>
${shown ? pictures(shown, "easiest", norm) : ""}${shown ? pictures(shown, "hardest", norm) : ""}
</main>
<footer><p>${
    NORMS[norm as keyof typeof NORMS]
  } norm, effort ${effort}, ${conditions}. Made by Gibbon; the same command with the same
seed gives the same numbers.</p></footer>
</body></html>`}`;
}

/** What is known at one size, in a sentence. */
function sentence(
  { epsilon, attacked, certified, complete }: RobustnessReport["at"][number],
  norm: string,
): string {
  const found = `Within ε = ${epsilon} (${NORMS[norm as keyof typeof NORMS]}), attacks bring the error to ${
    percent(attacked.errorRate)
  }${complete ? "" : " before time was up"}`;
  if (!certified) {
    return `${found}; nothing was certified, so the true error may be anything from there to 100 %.`;
  }
  if (certified.errorRate === attacked.errorRate) {
    return `${found}, and certificates exclude any more: this is the true worst case.`;
  }
  return `${found}; certificates exclude more than ${
    percent(certified.errorRate)
  }. The true worst case lies between.`;
}

/** The curve: attacked and certified error as a band. */
function band({ clean, at }: RobustnessReport, size: Size): Drawing {
  const width = WIDTHS[size];
  const [left, right, top] = [44, width - 14, 30];
  const bottom = top + (size === "wide" ? 260 : 200);
  const sizes = [0, ...at.map(({ epsilon }) => epsilon)];
  const low = [clean.errorRate, ...at.map(({ attacked }) => attacked.errorRate)].map((rate) => 100 * rate);
  const high = [clean.errorRate, ...at.map(({ certified }) => certified?.errorRate ?? 1)].map((rate) =>
    100 * rate
  );
  const x = scaleOf({ label: "ε", domain: [0, sizes[sizes.length - 1]] }, sizes, [left, right], {
    ticks: size === "wide" ? 6 : 4,
  });
  const y = scaleOf({ label: "error", domain: [0, 100] }, low, [bottom, top]);
  const points = (rates: readonly number[]) =>
    rates.map((rate, i) => `${x(sizes[i]).toFixed(1)} ${y(rate).toFixed(1)}`);
  const line = (rates: readonly number[], name: string) =>
    element("path", { d: `M${points(rates).join("L")}`, class: `line ${name}` }) +
    rates.map((rate, i) => element("circle", { cx: x(sizes[i]), cy: y(rate), r: 3, class: name })).join("");
  const key = bottom + 3.6 * LINE;
  const entry = (at: number, name: string, words: string) =>
    element("line", { x1: at, x2: at + 18, y1: key - 4, y2: key - 4, class: `line ${name}` }) +
    text(at + 24, key, words);
  return drawing(width, key + LINE / 2, [
    ...xAxis(x, { top, bottom, title: "ε, size of the perturbation" }),
    ...yAxis(y, { left, right, top, title: "error (%)" }),
    element("path", { d: `M${points(low).join("L")}L${points(high).reverse().join("L")}Z`, class: "band" }),
    line(high, "upper"),
    line(low, "lower"),
    entry(left, "lower", "attacked"),
    entry(left + 100, "upper", "certified"),
  ], BAND);
}

const seconds = (value: number | null | undefined) =>
  typeof value === "number" ? `${value.toFixed(1)} s` : "–";

function numbers({ at }: RobustnessReport): Html {
  return markup`<div class="scroll"><table><thead><tr><th class="number">ε</th><th class="number">attacked</th>
<th class="number">certified</th><th class="number">unresolved</th><th>by</th><th class="number">time</th></tr></thead><tbody>${
    at.map(({ epsilon, attacked, certified, unresolved, complete }) =>
      markup`<tr><td class="number">${epsilon}</td><td class="number">${percent(attacked.errorRate)}</td>
<td class="number">${certified ? percent(certified.errorRate) : "–"}</td><td class="number">${unresolved}${
        complete ? "" : " (time was up)"
      }</td><td>${certified ? CERTIFICATES[certified.method] ?? certified.method : "–"}</td>
<td class="number">${seconds(certified?.seconds)}</td></tr>`
    )
  }</tbody></table></div>`;
}

function cascade({ at }: RobustnessReport): Html {
  const names = [...new Set(at.flatMap(({ attacked }) => attacked.byAttack.map(({ attack }) => attack)))];
  return markup`<div class="scroll"><table><thead><tr><th>error after</th>${
    at.map(({ epsilon }) => markup`<th class="number">ε = ${epsilon}</th>`)
  }</tr></thead><tbody>${
    names.map((name) =>
      markup`<tr><th scope="row">${name}</th>${
        at.map(({ attacked }) => {
          const own = attacked.byAttack.find(({ attack }) => attack === name);
          return markup`<td class="number">${own ? percent(own.errorRate) : "–"}<small>${
            own ? seconds(own.seconds) : ""
          }</small></td>`;
        })
      }</tr>`
    )
  }</tbody></table></div>`;
}

function pictures(
  { image, range, examples }: NonNullable<Bracket["shown"]>,
  kind: Shown["kind"],
  norm: string,
): Html {
  const own = examples.filter((each) => each.kind === kind);
  if (own.length === 0) return markup``;
  const picture = (x: Float32Array, label: string) =>
    markup`<img src="${
      imagePng(image, x, range)
    }" width="${image.width}" height="${image.height}" alt="${label}">`;
  const words = kind === "easiest"
    ? "The smallest changes that were found to fool the model, each beside the example it was made from."
    : "The examples that needed the largest changes, or that nothing fooled.";
  return markup`<section id="${kind}"><figure><h3>The ${kind} examples to fool</h3><div class="pairs">${
    own.map(({ known, label, x, fooled }) =>
      markup`<div class="pair">${picture(x, label)}${
        fooled
          ? picture(fooled.x, `taken for ${fooled.predicted}`)
          : markup`<span class="none">none found</span>`
      }<p>${label}${fooled ? markup` → <b>${fooled.predicted}</b>` : ""}<br>${
        fooled && known.size !== null
          ? `${NORMS[norm as keyof typeof NORMS]} ${known.size.toPrecision(3)}, ${known.by}`
          : ""
      }${known.certified !== null ? `${fooled ? "; " : ""}certified to ${known.certified}` : ""}</p></div>`
    )
  }</div><figcaption>${words}</figcaption></figure></section>`;
}

/** The style of the band. */
const BAND = `
.band { fill: var(--accent); fill-opacity: .16; } .lower { stroke: var(--bad); stroke-width: 2.4; }
.upper { stroke: var(--accent); stroke-width: 2.4; } circle.lower { fill: var(--bad); } circle.upper { fill: var(--accent); }`;

/** What the page adds to the report's style. */
const OWN = `
#warnings { border-left: 4px solid var(--fair); padding-left: 1rem; margin-top: 2rem; } #warnings h2 { margin-top: 0; }
#warnings ul { padding-left: 1.1rem; } #warnings li { margin-block: .4rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem .75rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem; } .pair p { grid-column: 1 / -1; margin: 0; font-size: .8rem; line-height: 1.35; color: var(--quiet); }
.pair img { width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--rule); }
.pair .none { display: grid; place-items: center; text-align: center; font-size: .75rem; color: var(--quiet); border: 1px dashed var(--rule); }
`;
