import { educationOnly } from '../core/education-only';
import { ink } from './colors';

/** A Vega-Lite 5 specification: plain JSON, kept to the features of 5.6, which JupyterLab 4.6 draws. */
export type ChartSpec = Readonly<Record<string, unknown>>;

/** What every chart takes. */
export interface ChartOptions {
  /** Above the chart; say the finding. Default: what is shown. */
  readonly title?: string;
  /** Whether the pictures are phantoms; the chart then says so. Default false. */
  readonly synthetic?: boolean;
}

/**
 * The font that comes with the project; where a chart is shown without it, the usual systems' fonts of equal widths, so
 * that text fits wherever it is drawn.
 */
export const font = 'Arimo, Helvetica, Arial, Liberation Sans, sans-serif';

/** Under every chart that shows how good a model is. */
export const syntheticNotice = 'Synthetic phantoms, not X-rays of people.';

/** What is said wherever a result stands. @param synthetic whether it is of phantoms */
export const resultNotices = (synthetic: boolean | undefined): string[] => [
  ...(synthetic ? [syntheticNotice] : []),
  educationOnly,
];

const text = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12 };
const config = {
  font,
  view: { stroke: null },
  axis: {
    ...text,
    titleFontWeight: 'normal',
    labelLimit: 260,
    labelPadding: 6,
    labelFlush: false,
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    gridOpacity: 0.2,
  },
  legend: { ...text, title: null, orient: 'top', symbolSize: 90, labelLimit: 260 },
  header: { ...text, title: null, labelFontSize: 13, labelFontWeight: 'bold' },
  text: { color: ink, fontSize: 12 },
  title: {
    color: ink,
    subtitleColor: ink,
    fontSize: 15,
    subtitleFontSize: 12,
    subtitlePadding: 5,
    anchor: 'start',
    offset: 14,
  },
};

/** A text broken into lines of at most `width` characters, between words. */
export function wrapWords(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What `chart` needs besides the marks. */
export interface ChartFrame {
  readonly options: ChartOptions;
  /** Title where the options have none. */
  readonly title: string;
  /** Further lines under the title. */
  readonly subtitle?: readonly string[];
  /** The chart in words, with its figures: read by those who cannot see it. */
  readonly description: string;
  /** Whether it shows how good a model is. */
  readonly result: boolean;
}

/** A whole specification: the marks in the project's theme, under title and notices, with a description. */
export function chart(frame: ChartFrame, marks: ChartSpec): ChartSpec {
  const { options, result, subtitle = [] } = frame;
  const notices = [options.synthetic ? syntheticNotice : '', result ? educationOnly : ''].filter(Boolean);
  const title = options.title ?? frame.title;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: [`${title.replace(/[.:]?$/, '.')}`, frame.description, ...notices].join(' '),
    background: 'transparent',
    title: {
      text: wrapWords(title, 70),
      subtitle: [...subtitle, ...(notices.length ? [notices.join(' ')] : [])],
    },
    ...marks,
    config,
  };
}
