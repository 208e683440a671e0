import type { ChartSpec } from '../plots/theme';
import { escapeHtml } from './escape-html';
import { textWidth } from './text-width';

type Vega = typeof import('vega');
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}
interface SvgRenderer {
  initialize(element: null, width: number, height: number, origin: number[], scale: number): SvgRenderer;
  background(color: string): SvgRenderer;
  render(scene: unknown): void;
  svg(): string;
}
// What Vega's own toSVG uses, but without its promise.
interface Drawn {
  readonly _viewWidth: number;
  readonly _viewHeight: number;
  readonly _origin: readonly [number, number];
  readonly _scenegraph: { readonly root: unknown };
}

/** DejaVu Sans, a reader's sans-serif where there is no Helvetica, is so much wider; its texts must not be cut off. */
const widest = { normal: 1.16, bold: 1.25 };

let loaded: { vega: Vega; compile: typeof import('vega-lite')['compile'] } | undefined;

// On first use: together they take 0.35 s to load, and most cells draw nothing.
function load() {
  if (loaded) return loaded;
  const vega = require('vega') as Vega;
  const { compile } = require('vega-lite') as typeof import('vega-lite');
  // Without a canvas Vega takes every letter for 0.8 em wide, and leaves wide gaps.
  const metrics = (vega as unknown as { textMetrics: { width: (item: TextItem, text: string) => number } })
    .textMetrics;
  metrics.width = ({ fontSize = 11, fontWeight, limit }, text) => {
    const isBold = fontWeight === 'bold' || Number(fontWeight) >= 600;
    const width = widest[isBold ? 'bold' : 'normal'] * textWidth(String(text ?? ''), fontSize, isBold);
    return limit ? Math.min(limit, width) : width;
  };
  loaded = { vega, compile };
  return loaded;
}

/**
 * A chart as SVG text, with its description for those who cannot see it. At once, not later, so that a cell's output is
 * there when the cell ends; for this the data must stand in the specification, as that of every chart here does.
 * @param spec a Vega-Lite 5 specification
 * @param onWarning told of what Vega-Lite drew otherwise than the specification says. Default: nobody
 * @throws Error from Vega-Lite for what is no specification
 */
export function chartSvg(spec: ChartSpec, onWarning: (warning: unknown) => void = () => undefined): string {
  const { vega, compile } = load();
  const logger = vega.logger(vega.Warn, 'error', (_method, _level, warnings) => {
    for (const warning of warnings) onWarning(warning);
  });
  const compiled = compile(spec as unknown as Parameters<typeof compile>[0], { logger: logger as never });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none' });
  view.run();
  const { _viewWidth, _viewHeight, _origin, _scenegraph } = view as unknown as Drawn;
  const { left = 0, right = 0, top = 0, bottom = 0 } = view.padding() as Record<string, number>;
  const Renderer = (
    vega as unknown as { renderModule(name: string): { headless: new () => SvgRenderer } }
  ).renderModule('svg').headless;
  const renderer = new Renderer()
    .initialize(
      null,
      _viewWidth + left + right,
      _viewHeight + top + bottom,
      [_origin[0] + left, _origin[1] + top],
      1,
    )
    .background(view.background());
  renderer.render(_scenegraph.root);
  view.finalize();
  const description = typeof spec.description === 'string' ? spec.description : 'Chart';
  return renderer.svg().replace('<svg ', `<svg role="img" aria-label="${escapeHtml(description)}" `);
}
