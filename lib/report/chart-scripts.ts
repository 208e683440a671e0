import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectFolder } from '../core/settings';
import { awaitFont } from './await-font';
import { drawCharts } from './draw-charts';

/** Scripts of the page and the words that allow them, and nothing else, to run. */
export interface PageScripts {
  /** For the head, after the style sheet. */
  readonly first: string;
  /** For the end of the body. */
  readonly tags: string;
  /** Sources for the policy's script-src. */
  readonly allowed: string;
}

const builds = [
  'vega/build/vega.min.js',
  'vega-lite/build/vega-lite.min.js',
  'vega-embed/build/vega-embed.min.js',
];

// The end tag would end the element in the midst of a text; the escape means the same to a script.
const forElement = (script: string): string =>
  script.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '').replace(/<(?=\/script|!--)/gi, '\\x3c');

/**
 * The page's own script, with Vega, Vega-Lite and vega-embed before it where there are charts.
 * @throws Error if they are not installed
 */
export async function chartScripts(charts: boolean): Promise<PageScripts> {
  const files = charts ? builds.map((build) => path.join(projectFolder, 'node_modules', build)) : [];
  const libraries = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const scripts = [...libraries, drawCharts].map(forElement);
  const hashes = [awaitFont, ...scripts].map(
    (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return {
    first: `<script>${awaitFont}</script>`,
    tags: scripts.map((script) => `<script>${script}</script>`).join('\n'),
    allowed: hashes.join(' '),
  };
}
