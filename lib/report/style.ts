import { font } from '../plots/theme';

/** The page's style sheet: the project's font, light and dark after the reader's wish, and a form for printing. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --sheet: #f4f5f7; --text: #1c232b; --soft: #58626e; --line: #dde2e8; --link: #0a5ca6;
  --own: #8e5cc2; --other: #a06f00; --bad: #a8200d; --bad-sheet: #fdf0ed;
  --warn: #6a4700; --warn-sheet: #fff3d4; --warn-line: #ecd08a;
  --keyword: #8a3fa0; --string: #1f6f3e; --number: #8f4a00; --title: #0a5ca6; --comment: #68727e;
  --bar: 2.5rem;
  --sans: ${font};
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --sheet: #1b2128; --text: #e3e8ee; --soft: #a2adb9; --line: #303943; --link: #82bbf7;
    --own: #b48ce2; --other: #dba53a; --bad: #ff9c8a; --bad-sheet: #331a17;
    --warn: #f2d48c; --warn-sheet: #362b12; --warn-line: #66521f;
    --keyword: #d39be6; --string: #8fd3a4; --number: #efb37a; --title: #82bbf7; --comment: #8c97a4;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: calc(var(--bar) + 1rem); -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
html.unset body { visibility: hidden; }
body {
  margin: 0; background: var(--paper); color: var(--text); overflow-wrap: break-word;
  font: 1.0625rem/1.6 var(--sans);
}
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .18em; }
a:not([href]) { color: inherit; text-decoration: none; }
a:hover { text-decoration-thickness: .12em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; z-index: 3; padding: .5rem 1rem; background: var(--paper); }
.skip:focus { left: .5rem; top: .3rem; }

.bar {
  position: sticky; top: 0; z-index: 2; margin: 0; min-height: var(--bar);
  display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.6rem;
  background: var(--warn-sheet); color: var(--warn); border-bottom: 1px solid var(--warn-line);
  padding: 0 max(1.5rem, calc((100% - 78rem) / 2 + 1.5rem)); font-size: .875rem; font-weight: 600;
}
.bar span + span { font-weight: 400; }
.bar span + span::before { content: '●'; font-size: .6em; margin-right: .6em; vertical-align: .2em; }

.page { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem 5rem; }
main { min-width: 0; max-width: 54rem; }
nav { font-size: .9rem; line-height: 1.4; }
nav .heading {
  margin: 0 0 .6rem; font-size: .75rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase;
  color: var(--soft);
}
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .22rem .7rem; color: inherit; text-decoration: none; border-left: 2px solid transparent; }
nav a:hover { color: var(--link); }
nav a[aria-current] { color: var(--link); border-left-color: currentColor; background: var(--sheet); }
nav li ul { color: var(--soft); font-size: .94em; margin: .05rem 0 .35rem .8rem; }
nav > ul > li > a { font-weight: 600; }
.up { display: none; }
@media (min-width: 64rem) {
  .page { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 3.5rem; }
  nav {
    position: sticky; top: var(--bar); align-self: start; max-height: calc(100vh - var(--bar));
    overflow-y: auto; padding: 2rem .3rem 2rem 0; scrollbar-width: thin;
  }
}
@media (max-width: 63.99rem) {
  nav { margin-top: 1.5rem; padding: 1rem .6rem; border: 1px solid var(--line); border-radius: .5rem; }
  nav .heading { margin-left: .75rem; }
  nav > ul { columns: 19rem 2; column-gap: 1rem; }
  nav li ul { display: none; }
  .up {
    display: block; position: fixed; right: 1rem; bottom: 1rem; z-index: 2; padding: .35rem .9rem; font-size: .875rem;
    border: 1px solid var(--line); border-radius: 2rem; background: var(--paper); text-decoration: none;
  }
  main { max-width: none; }
}

h1, h2, h3, h4, h5, h6 { line-height: 1.22; text-wrap: balance; letter-spacing: -.012em; }
h1 { font-size: clamp(1.9rem, 4vw, 2.6rem); margin: 0 0 .6rem; letter-spacing: -.022em; }
h2 { font-size: 1.75rem; margin: 0 0 1rem; }
h3 { font-size: 1.3rem; margin: 2.2rem 0 .7rem; }
h4 { font-size: 1.08rem; margin: 1.8rem 0 .5rem; }
h5, h6 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
header { padding-top: 2.2rem; }
.education { font-size: 1.1rem; font-weight: 600; text-wrap: balance; color: var(--warn); margin: 0 0 1rem; }
.notices {
  list-style: none; margin: 0 0 1.2rem; padding: .4rem 1.1rem; font-size: .95rem; line-height: 1.5;
  background: var(--warn-sheet); border: 1px solid var(--warn-line); border-radius: .5rem;
}
.notices li { padding: .35rem 0; }
.notices li + li { border-top: 1px solid var(--warn-line); }
.failed { color: var(--bad); }
main > section { margin-top: 3rem; padding-top: 2.4rem; border-top: 1px solid var(--line); }
.summary { margin-top: 2rem; }
.answers { margin: 0 0 1.8rem; font-size: .98rem; line-height: 1.5; }
.answers div { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: 0 1rem; padding: .55rem 0; border-bottom: 1px solid var(--line); }
.answers dt { font-weight: 600; }
.answers dd { margin: 0; }
@media (max-width: 40rem) { .answers div { grid-template-columns: 1fr; } }
.marks { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; margin: -.5rem 0 1.2rem; padding: 0; }
.marks li, .caution { font-size: .8rem; font-weight: 600; color: var(--warn); font-style: normal; }
.marks li, em.caution {
  padding: .08rem .6rem; border: 1px solid var(--warn-line); border-radius: 1rem; background: var(--warn-sheet);
}
td.caution { font-size: inherit; }

.prose > * { max-width: 44rem; }
.prose > .table, .prose > p:has(> img:only-child) { max-width: none; }
p, ul, ol, blockquote { margin: 0 0 1rem; }
.prose li > p { margin: 0 0 .4rem; }
blockquote { margin-left: 0; padding: .1rem 1.1rem; border-left: 3px solid var(--line); color: var(--soft); }
blockquote > :last-child { margin-bottom: .4rem; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
img { max-width: 100%; height: auto; }
.remark { color: var(--bad); font-style: italic; }
code, pre { font-family: var(--mono); font-size: .86em; }
pre code { font-size: inherit; }
:not(pre) > code { padding: .12em .35em; border-radius: .25rem; background: var(--sheet); }
pre {
  margin: 0 0 1rem; padding: .8rem 1rem; overflow: auto; border-radius: .4rem; background: var(--sheet);
  font-size: .84rem; line-height: 1.5; tab-size: 2;
}

details.code { margin: 1rem 0; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
details.code > summary {
  padding: .28rem .9rem; font-size: .85rem; color: var(--soft); cursor: pointer; user-select: none;
}
details.code > summary:hover { color: var(--link); }
details.code > summary:focus-visible { outline-offset: -3px; }
details.code[open] > summary { border-bottom: 1px solid var(--line); }
details.code .count { opacity: .85; margin-left: .4em; font-variant-numeric: tabular-nums; }
details.code > pre { margin: 0; border-radius: 0; }
button {
  font: inherit; font-size: .9rem; padding: .32rem .95rem; color: var(--text); background: var(--sheet);
  border: 1px solid var(--line); border-radius: .4rem; cursor: pointer;
}
@media (scripting: none) { button { display: none; } }
button:hover { border-color: var(--link); color: var(--link); }
button[aria-pressed=true] { border-color: var(--link); color: var(--link); }
.hljs-keyword, .hljs-built_in, .hljs-literal { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-subst { color: var(--string); }
.hljs-number { color: var(--number); }
.hljs-title, .hljs-attr, .hljs-property { color: var(--title); }
.hljs-comment { color: var(--comment); font-style: italic; }

.outputs { margin: 1rem 0 1.6rem; }
.outputs > * { margin-bottom: 1rem; }
pre.text { max-height: 26rem; white-space: pre-wrap; }
/* Work that is done: there to be found, not to be read first. */
pre.progress { padding: 0 0 0 .2rem; margin-bottom: .3rem; background: none; color: var(--soft); font-size: .76rem; }
pre.stderr { border-left: 3px solid var(--warn-line); }
.error {
  padding: .9rem 1.1rem; border: 1px solid var(--bad); border-left-width: 4px; border-radius: .4rem;
  background: var(--bad-sheet); color: var(--bad);
}
.error p { margin: 0; white-space: pre-wrap; }
.error details { margin-top: .6rem; font-size: .9rem; }
.error summary { cursor: pointer; }
.error pre { margin: .5rem 0 0; background: none; padding: 0; color: inherit; }
figure { margin: 1.4rem 0; }
figure img { display: block; border-radius: .3rem; }
figcaption { color: var(--soft); font-size: .9rem; }
.chart .frame { position: relative; max-width: calc(100% - 2.3rem); }
.chart img { width: 100%; border-radius: 0; }
.chart .live { position: absolute; inset: 0; visibility: hidden; }
.chart.ready img { visibility: hidden; }
.chart.ready .live { visibility: visible; }
.chart .vega-embed, .chart .chart-wrapper { width: 100%; height: 100%; }
.chart svg.marks { display: block; width: 100%; height: 100%; }
.chart svg.marks text[fill='#797979'] { fill: #414b57; }
@media (prefers-color-scheme: dark) { .chart svg.marks text[fill='#797979'] { fill: #c3ccd6; } }
.chart .live details { position: absolute; top: 0; right: -2.3rem; }
.chart .live summary {
  list-style: none; padding: .4rem; line-height: 0; cursor: pointer; border: 1px solid var(--line); border-radius: 50%;
  color: var(--soft); opacity: .6;
}
.chart .live summary::-webkit-details-marker { display: none; }
.chart .live:hover summary, .chart .live:focus-within summary { opacity: 1; }
.chart .live summary svg { width: 14px; height: 14px; }
.chart .vega-actions {
  position: absolute; top: 2.2rem; right: 0; z-index: 1; display: flex; flex-direction: column; padding: .3rem 0;
  background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; box-shadow: 0 4px 16px #0003;
}
.chart .vega-actions a { padding: .3rem 1rem; font-size: .85rem; white-space: nowrap; color: var(--text); text-decoration: none; }
.chart .vega-actions a:hover { background: var(--sheet); }
#vg-tooltip-element.vg-tooltip.report-theme {
  background: var(--paper); color: var(--text); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .7rem;
  font: .82rem/1.4 var(--sans); box-shadow: 0 4px 16px #0003;
}
#vg-tooltip-element.report-theme table tr td.key { color: var(--soft); max-width: 14rem; }
#vg-tooltip-element.report-theme table tr td.value { max-width: 22rem; }

.table { overflow-x: auto; margin: 0 0 1.2rem; }
table { border-collapse: collapse; font-size: .92rem; line-height: 1.4; }
th, td { padding: .42rem .85rem .42rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th + th, th + td, td + td, td + th { padding-left: .85rem; }
[role=columnheader] b { font-weight: 600; }
thead th, [role=columnheader] { border-bottom: 2px solid var(--line); font-size: .84rem; color: var(--soft); vertical-align: bottom; }
caption { text-align: left; padding-bottom: .4rem; color: var(--soft); }
.number, .right { text-align: right; font-variant-numeric: tabular-nums; }
.center { text-align: center; }
.left { text-align: left; }
td.number { white-space: nowrap; }
td.date { white-space: nowrap; }
.table > table ~ div { margin-top: .45rem; font-size: .9rem; }
td img { display: block; border-radius: .2rem; }
.runs { width: 100%; }
.runs small { display: block; font-weight: 400; color: var(--soft); }
@media (max-width: 55rem) { .runs .strip, .key { display: none; } .runs th, .runs td { padding-left: .4rem; padding-right: .4rem; } }
.runs td.figure { white-space: nowrap; font-variant-numeric: tabular-nums; }
.strip {
  position: relative; display: inline-block; width: 6rem; height: 1.1rem; margin-right: .9rem; vertical-align: -.25rem;
  background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat;
}
.strip i { position: absolute; top: 50%; transform: translate(-50%, -50%); }
.strip .range { height: 3px; background: var(--own); transform: translateY(-50%); border-radius: 2px; opacity: .55; }
.strip .dot { width: 9px; height: 9px; border-radius: 50%; background: var(--own); }
.strip .article { top: 12%; width: 8px; height: 8px; border: 2px solid var(--other); transform: translate(-50%, -50%) rotate(45deg); }
.key { font-size: .85rem; color: var(--soft); }
.key .strip { width: 10px; margin: 0 .25rem 0 0; background: none; }
.key .strip i { left: 50%; top: 50%; }
.environment th { font-weight: 600; white-space: nowrap; }
.environment td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }

@media print {
  :root { color-scheme: light; --bar: 0; }
  body { font-size: 10pt; background: none; }
  /* Of fixed width: else the widest line of code would make every line as wide, and the paper cut them all. */
  .page { display: table; table-layout: fixed; width: 100%; max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  /* The foot of a table is kept free on every page: there stands the bar, which would cover the last line else. */
  .page::after { content: '\\a0'; display: table-footer-group; line-height: 9mm; break-inside: avoid; }
  main, .prose > * { max-width: none; }
  .skip, .up, button, details.code:not([data-parameters]) { display: none; }
  nav { position: static; max-height: none; border: 0; padding: 0; }
  nav li ul { display: none; }
  .bar { position: fixed; top: auto; bottom: 0; left: 0; right: 0; min-height: 0; padding: .1rem 0; background: #fff; font-size: 8pt; }
  .chart .live { display: none; }
  .chart.ready img { visibility: visible; }
  pre.text { max-height: none; }
  .table { overflow: visible; }
  /* Paper cannot be scrolled: cells that ask for one line are broken too. */
  .table :is(td, th) { font-size: 7.5pt; white-space: normal !important; padding: .2rem .35rem; }
  main > section.notebook { break-before: page; border: 0; margin: 0; padding: 0; }
  figure, tr, .error { break-inside: avoid; }
  /* What a cell says before a picture, and a table's caption, are headings too. */
  h2, h3, h4, .outputs > .prose:not(:last-child), .table > div:first-child { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
`;
