import { chartSvg } from '../notebook/chart';
import { escapeHtml } from '../notebook/escape-html';
import { ink } from '../plots/colors';
import { type Picture, pictureTag, svgPicture } from './picture';

/** JSON that can stand in a script element: it can neither close the element nor open a comment. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

// Charts are drawn in a grey that is readable on any page. Here the page is known, and text can stand out more.
const clearerText =
  `<style>text[fill="${ink}"]{fill:#414b57}` +
  `@media (prefers-color-scheme:dark){text[fill="${ink}"]{fill:#c3ccd6}}</style>`;

const withClearerText = (svg: string): string => svg.replace(/<svg\b[^>]*>/, (tag) => tag + clearerText);

/**
 * A chart that is drawn as a picture, and anew, with tooltips, once the page's scripts run.
 * @param spec a Vega-Lite or Vega specification
 * @param svg the chart as drawn in the notebook; without it, it is drawn here
 * @throws Error from Vega-Lite if it has to draw and cannot
 */
export function renderChart(spec: Readonly<Record<string, unknown>>, svg?: string): string {
  // What a specification says to vega-embed itself could name addresses.
  const { usermeta: _, ...drawn } = spec;
  const picture: Picture = svgPicture(withClearerText(svg ?? chartSvg(drawn)));
  const alt = typeof spec.description === 'string' ? spec.description : 'Chart';
  const { width, height } = picture;
  return (
    `<figure class="chart"><div class="frame" style="width:${width}px;aspect-ratio:${width}/${height}">` +
    `${pictureTag(picture, alt)}<div class="live"></div></div>` +
    `<script type="application/json">${jsonForScript(drawn)}</script></figure>`
  );
}

/** A chart of which only the picture is known. */
export const renderChartPicture = (svg: string, alt: string): string =>
  `<figure>${pictureTag(svgPicture(svg), alt)}</figure>`;

/** What stands in place of a chart that cannot be drawn. */
export const renderChartFailure = (error: Error): string =>
  `<p class="remark">A chart could not be drawn: ${escapeHtml(error.message)}</p>`;
