/** The page's style: paper, phone and screen, light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1d2125; --quiet: #5b636b; --rule: #d9dcd8;
  --panel: #f4f5f1; --accent: #0b6e6e; --good: #1b7f3b; --fair: #8a6100; --bad: #b3261e; --heat: #e07b39;
  --series-1: #0b6e99; --series-2: #d1571f; --series-3: #2f8f4e; --series-4: #8b4fb3; --series-5: #b5892b;
  --series-6: #c0397b; --series-7: #51606b; --series-8: #1aa39a; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e8ea; --quiet: #9ba4ac; --rule: #333a40;
  --panel: #1c2125; --accent: #56c2c2; --good: #6fd08c; --fair: #e0b252; --bad: #ff8a80; --heat: #c2642a;
  --series-1: #5bb3dd; --series-2: #ff9563; --series-3: #74cf93; --series-4: #c79be6; --series-5: #e3bf6a;
  --series-6: #f285b8; --series-7: #a9b6c0; --series-8: #5fd9d0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
body > * { max-width: 46rem; margin-inline: auto; padding-inline: 1rem; }
header { padding-block: 3rem 1rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; line-height: 1.3; text-wrap: balance; }
h3 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: 0 0 .75rem; }
.lead { font-size: 1.1rem; color: var(--quiet); margin: 0 0 1rem; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .9rem; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.tally { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: 1.5rem 0; padding: 0; list-style: none; }
.tally b { font-size: 1.6rem; line-height: 1.2; display: block; font-variant-numeric: tabular-nums; }
nav ol { columns: 2 15rem; column-gap: 1.5rem; padding: 0; margin: .5rem 0; font-size: .95rem; }
nav li { margin-left: 1.8rem; break-inside: avoid; }
a { color: var(--accent); text-underline-offset: .15em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
thead th { color: var(--quiet); font-weight: 500; border-bottom-width: 2px; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td small, td details { display: block; color: var(--quiet); font-size: .85em; line-height: 1.4; }
td.verdict { white-space: nowrap; font-weight: 600; }
.reproduced { color: var(--good); } .ordering { color: var(--fair); } .missed { color: var(--bad); } .skipped { color: var(--quiet); }
tr.section th { padding-top: 1.4rem; color: var(--ink); font-size: 1rem; border-bottom-width: 2px; }
figure { margin: 1.5rem 0; padding: 1rem; background: var(--panel); border-radius: .5rem; break-inside: avoid; }
figcaption { margin-top: .75rem; font-size: .92rem; color: var(--quiet); }
figure svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.images { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 6rem)); gap: .35rem; list-style: none; margin: 0; padding: 0; }
.images li { font-size: .72rem; line-height: 1.25; text-align: center; color: var(--quiet); overflow-wrap: anywhere; }
.images img { display: block; width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--rule); }
.images .marked img { outline: 2px solid var(--series-5); outline-offset: -1px; }
table.matrix { width: auto; font-size: .82rem; } .matrix th, .matrix td { padding: .35rem .45rem; }
.matrix td { text-align: right; font-variant-numeric: tabular-nums;
  background: color-mix(in srgb, var(--heat) calc(var(--share, 0) * .75%), transparent); }
.matrix thead th { vertical-align: bottom; } .matrix td.none { color: var(--quiet); text-align: center; }
details { margin: .75rem 0; } td details { margin: 0; } td summary { width: max-content; } summary { cursor: pointer; color: var(--accent); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; background: var(--panel); padding: .75rem; border-radius: .4rem; }
footer { margin-top: 4rem; padding-block: 1.5rem 3rem; color: var(--quiet); font-size: .9rem; }
@media (max-width: 36rem) { .wide { display: none; } .narrow { display: block; } h1 { font-size: 1.5rem; }
  th, td { padding: .35rem .4rem; } table.claims thead { display: none; }
  table.claims tr { display: grid; grid-template-columns: 1fr 1fr auto; border-bottom: 1px solid var(--rule); padding-block: .4rem; }
  table.claims td, table.claims th { border: 0; padding-block: .1rem; } table.claims td:first-child, table.claims th { grid-column: 1 / -1; }
  table.claims td.number { text-align: left; } table.claims td.number::before { content: attr(data-label) " "; color: var(--quiet); font-size: .85em; }
  figure { padding: .75rem; margin-inline: -.25rem; } }
@media print { :root { color-scheme: light; } body { font-size: 10pt; } body > * { max-width: none; } nav { display: none; }
  figure { background: none; border: 1px solid var(--rule); } a { color: inherit; } }
`;
