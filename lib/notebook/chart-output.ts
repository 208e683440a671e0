import type { ChartSpec } from '../plots/theme';
import { chartSvg } from './chart';
import type { Bundle } from './display';

/** Something to be displayed: its forms, and what is said of them. */
export interface Output {
  readonly bundle: Bundle;
  readonly metadata?: object;
}

const interactive = 'application/vnd.vegalite.v5+json';

/**
 * A chart as an output. The interactive one wins in JupyterLab, the SVG where there are no scripts. Never HTML beside:
 * it would win.
 * @param svg whether the SVG is drawn, which takes some hundredths of a second; not for what is replaced at once
 * @throws Error from Vega-Lite for a specification that it does not understand
 */
export function chartOutput(spec: ChartSpec, svg = true): Output {
  const alt = typeof spec.description === 'string' ? spec.description : 'Chart';
  return {
    bundle: {
      [interactive]: spec,
      ...(svg && { 'image/svg+xml': chartSvg(spec) }),
      'text/plain': alt,
    },
    metadata: {
      // JupyterLab draws it as SVG too, not on a canvas, so that its text takes the theme's colour and it shrinks.
      [interactive]: { embed_options: { renderer: 'svg' } },
      'image/svg+xml': { alt },
      'image/png': { alt },
    },
  };
}
