/** The style of pages and of the charts in them: paper, phone and screen, light and dark. @module */

/** Every color by its name, in light and in dark. */
const COLORS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  paper: ["#fdfdfb", "#14171a"],
  ink: ["#1d2125", "#e6e8ea"],
  quiet: ["#5b636b", "#9ba4ac"],
  rule: ["#d9dcd8", "#333a40"],
  panel: ["#f4f5f1", "#1c2125"],
  accent: ["#0b6e6e", "#56c2c2"],
  good: ["#1b7f3b", "#6fd08c"],
  fair: ["#8a6100", "#e0b252"],
  bad: ["#b3261e", "#ff8a80"],
  heat: ["#e07b39", "#c2642a"],
  clean: ["#656f77", "#8d98a1"],
  attacked: ["#33404a", "#d5dade"],
  open: ["#999f98", "#626c74"],
  "model-1": ["#0b6e99", "#5bb3dd"],
  "model-2": ["#c24a14", "#ff9563"],
  "model-3": ["#2b7f45", "#74cf93"],
  "model-4": ["#8346ab", "#c79be6"],
  "model-5": ["#8f6a14", "#e3bf6a"],
  "model-6": ["#b3306f", "#f285b8"],
  "model-7": ["#51606b", "#a9b6c0"],
  "model-8": ["#0d817a", "#5fd9d0"],
  "model-9": ["#5a57c9", "#a5a3ff"],
};

/** A style that gives `text` the colors that it names. */
export function colorsIn(text: string): string {
  const own = Object.entries(COLORS).filter(([name]) => text.includes(`var(--${name})`));
  const of = (scheme: number) => own.map(([name, values]) => `--${name}:${values[scheme]};`).join("");
  return `:root{${of(0)}}@media(prefers-color-scheme:dark){:root{${of(1)}}}`;
}

/** The style of what is drawn in charts. */
export const CHART_STYLE = `
svg { font: 11px system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); } .mark { stroke: var(--quiet); stroke-dasharray: 3 3; } .line { fill: none; stroke-linejoin: round; }
.range { stroke: var(--ink); stroke-width: 1.5; } .panel { font-size: 10px; }
.window { fill: var(--clean); fill-opacity: .35; } .paper { stroke: var(--quiet); stroke-width: 3; }
.dot { fill: var(--ink); } .ring { fill: none; stroke: var(--accent); stroke-width: 2; }`;

const PAGE = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
body > * { max-width: 46rem; margin-inline: auto; padding-inline: 1rem; }
header { padding-block: 2.5rem 0; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; line-height: 1.3; text-wrap: balance; }
h3 { font-size: 1rem; margin: 0 0 .75rem; } figure h2 { margin: 0 0 .75rem; }
.lead { font-size: 1.1rem; color: var(--quiet); margin: 0 0 1rem; } .note { color: var(--quiet); font-size: .9rem; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .9rem; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.tally { display: grid; align-items: baseline; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 1rem 0; }
.tally dd { margin: 0; display: flex; flex-wrap: wrap; gap: 0 1.1rem; } .tally b { font-variant-numeric: tabular-nums; font-size: 1.15rem; }
nav ol { columns: 2 15rem; column-gap: 1.5rem; padding: 0; margin: 1.5rem 0; font-size: .95rem; }
nav li { margin-left: 1.8rem; break-inside: avoid; }
#paper ol { padding-left: 1.4rem; } #paper li { margin-block: .4rem; }
a { color: var(--accent); text-underline-offset: .15em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
thead th { color: var(--quiet); font-weight: 500; border-bottom-width: 2px; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td small { display: block; color: var(--quiet); font-size: .85em; line-height: 1.4; }
td.verdict { white-space: nowrap; font-weight: 600; }
.filter { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin-block: 1rem; font-size: .9rem; }
:has(> .filter #rows-published:checked) tr.row:not(.published), :has(> .filter #rows-derived:checked) tr.row:not(.derived),
:has(> .filter #rows-own:checked) tr.row:not(.own), :has(> .filter #rows-missed:checked) tr.row:not(.missed) { display: none; }
.within { color: var(--good); } .ordering { color: var(--fair); } .missed { color: var(--bad); } .skipped { color: var(--quiet); }
tr.row { color: var(--ink); } small.rule { display: none; } :has(> .filter #rules:checked) small.rule { display: block; }
tr.section th { padding-top: 1.4rem; color: var(--ink); font-size: 1rem; border-bottom-width: 2px; }
figure { margin: 1.5rem 0; padding: 1rem; background: var(--panel); border-radius: .5rem; break-inside: avoid; }
figcaption { margin-top: .75rem; font-size: .92rem; color: var(--quiet); }
.chart { background: var(--wide) center / 100% 100%; aspect-ratio: var(--wide-size); print-color-adjust: exact; }
.images { display: flex; flex-wrap: wrap; gap: .6rem .35rem; }
.images > div { flex: 1 1 18rem; display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 7rem)); gap: .35rem; }
.images > div > div { font-size: .75rem; line-height: 1.25; text-align: center; color: var(--quiet); overflow-wrap: anywhere; }
.images > .row { grid-template-columns: repeat(auto-fill, minmax(max(3.3rem, min(7rem, (100% - var(--tiles) * .4rem) / var(--tiles))), 1fr)); }
.images > .row > div { max-width: 7rem; }
#digit .images > div { grid-template-columns: repeat(3, minmax(0, 12rem)); gap: .8rem; } #digit .images > div > div { font-size: .9rem; }
.images > div > div::before { content: ""; display: block; aspect-ratio: var(--shape); background: var(--image) 0 0 / 100% 100%; print-color-adjust: exact;
  image-rendering: pixelated; border: 1px solid var(--rule); }
.images .marked::before { outline: 2px solid var(--fair); outline-offset: -1px; }
table.matrix { table-layout: fixed; width: 100%; font-size: .78rem; } .matrix th:first-child { width: 34%; } .matrix th, .matrix td { padding: .3rem .25rem; } .matrix tbody th { font-weight: 500; line-height: 1.2; }
.matrix td { text-align: center; vertical-align: middle; font-variant-numeric: tabular-nums;
  background: color-mix(in srgb, var(--heat) calc(var(--share, 0) * .75%), transparent); }
.matrix thead th { vertical-align: bottom; line-height: 1.15; } .matrix thead th:not(:first-child) span { writing-mode: vertical-rl; text-orientation: sideways; transform: rotate(180deg); max-height: 9rem; }
.matrix thead th:not(:first-child) { text-align: center; } .matrix td.none { color: var(--quiet); }
details { margin: .75rem 0; } summary { cursor: pointer; color: var(--accent); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; background: var(--panel); padding: .75rem; border-radius: .4rem; }
footer { margin-top: 4rem; padding-block: 1.5rem 3rem; color: var(--quiet); font-size: .9rem; }
@media (max-width: 36rem) { .chart { background-image: var(--narrow); aspect-ratio: var(--narrow-size); }
  h1 { font-size: 1.5rem; }
  th, td { padding: .35rem .4rem; } .tally { grid-template-columns: 1fr; } table.claims thead { display: none; }
  table.claims tr { display: grid; grid-template-columns: 1fr 1fr 1fr; border-bottom: 1px solid var(--rule); padding-block: .4rem; }
  table.claims td, table.claims th { border: 0; padding-block: .1rem; } table.claims td:first-child, table.claims th, td.verdict { grid-column: 1 / -1; }
  table.claims td.number { text-align: left; } table.claims td.number:not(:empty)::before { content: attr(data-label) " "; color: var(--quiet); font-size: .85em; }
  .matrix { font-size: .68rem !important; } .matrix th:first-child { width: 28% !important; } .matrix th, .matrix td { padding: .25rem .1rem; }
  figure { padding: .75rem; } }
#figures, nav ~ section { content-visibility: auto; contain-intrinsic-size: auto 60rem; }
@page { margin: 1cm; }
@media print { :root { color-scheme: light; } body { font-size: 9pt; line-height: 1.35; } #figures, nav ~ section { content-visibility: visible; }
  #figures ~ * .chart { background-image: var(--narrow); aspect-ratio: var(--narrow-size); } body > * { max-width: none; } nav, .filter { display: none; }
  header { padding-block: 0; } h2 { margin-top: .9rem; font-size: 1.15rem; } p { margin-block: .4rem; } figure { background: none; border: 1px solid var(--rule); } a { color: inherit; }
  main { columns: 2; column-gap: 1.5rem; } #paper, #figures, #claims { column-span: all; }
  figure { margin: .5rem 0; padding: .4rem; } figcaption { margin-top: .4rem; font-size: .88em; }
  .chart, .images { width: 86%; margin-inline: auto; } #figures .chart { width: 80%; } details:not([open]), #training:not(:has([open])) { display: none; }
  .matrix { font-size: 6.5pt !important; } .matrix th, .matrix td { padding: .1rem; print-color-adjust: exact; } h2, h3 { break-after: avoid; break-inside: avoid; } }
`;

/** The page's style, with all that `more` adds to it. */
export function pageStyle(more = ""): string {
  return `${colorsIn(PAGE + more)}${PAGE}${more}`;
}
