import { educationOnly } from '../core/education-only';
import { fontFaces, fontLicense, pageCuts } from '../notebook/bundled-font';
import { escapeHtml } from '../notebook/escape-html';
import type { PageScripts } from './chart-scripts';
import { style } from './style';

/** The parts of the page; all but `title`, `badges` and `notices` are HTML already. */
export interface PageParts {
  readonly title: string;
  /** In a line that stays in view: what must never be forgotten. */
  readonly badges: readonly string[];
  /** In whole sentences, as HTML. */
  readonly notices: readonly string[];
  readonly contents: string;
  readonly summary: string;
  readonly notebooks: readonly string[];
  readonly environment: string;
  readonly scripts: PageScripts;
}

/** What the page may do: show what is in it. The scripts that may run are named by their hashes. */
const policy = (scripts: string): string =>
  `default-src 'none'; script-src ${scripts}; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;

/** The whole file. */
export function renderPage(parts: PageParts): string {
  const { title, badges, notices, contents, summary, notebooks, environment, scripts } = parts;
  const marks = [educationOnly, ...badges];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts.allowed)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<!--
${fontLicense()}
-->
<style>
${fontFaces(pageCuts)}
${style}</style>
${scripts.first}
</head>
<body>
<a class="skip" href="#report">Skip to the report</a>
<p class="bar">${marks.map((mark) => `<span>${escapeHtml(mark)}</span>`).join('')}</p>
<div class="page">
${contents}
<main id="report" tabindex="-1">
<header>
<h1>${escapeHtml(title)}</h1>
<p class="education">${educationOnly} Nothing here says anything about a patient.</p>
${notices.length ? `<ul class="notices">${notices.map((notice) => `<li>${notice}</li>`).join('')}</ul>` : ''}
<button id="unfold" type="button" aria-pressed="false">Show all code</button>
</header>
${[summary, ...notebooks, environment].filter(Boolean).join('\n')}
</main>
</div>
<a class="up" href="#contents">Contents</a>
${scripts.tags}
</body>
</html>
`;
}
