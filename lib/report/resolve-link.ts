import path from 'node:path';
import { slug } from './heading-anchor';
import type { Outline } from './notebook-outline';

/** An address without its percent signs, or as it is where they are none of UTF-8. */
export function decodeAddress(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const outward = /^(https?:|mailto:)/i;

/**
 * Where a link of a notebook leads from inside the report: another site, an anchor for a notebook that is in the report
 * or one of its headings, or nowhere, because files beside the notebooks are not in the report.
 */
export function resolveLink(href: string, from: Outline, outlines: readonly Outline[]): string | undefined {
  if (outward.test(href)) return href;
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return undefined;
  const [file = '', fragment = ''] = href.split('#').map(decodeAddress);
  const target = file
    ? outlines.find((outline) => outline.file === path.resolve(path.dirname(from.file), file))
    : from;
  if (!target) return undefined;
  const wanted = slug(fragment);
  const heading = fragment && target.headings.find(({ text }) => slug(text) === wanted);
  return `#${heading ? heading.anchor : target.anchor}`;
}
