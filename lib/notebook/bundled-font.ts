import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../core/settings';

/** The font of charts, tables and pages: Arimo, as wide as Helvetica and Arial, under the SIL Open Font License 1.1. */
export const fontName = 'Arimo';

const folder = path.join(projectFolder, 'node_modules', '@fontsource', 'arimo');

/** One cut of the font. */
export interface FontCut {
  readonly weight: 400 | 600 | 700;
  /** Default upright. */
  readonly italic?: boolean;
}

const plain: FontCut = { weight: 400 };
const bold: FontCut = { weight: 700 };
/** What charts and diagrams are set in. */
export const chartCuts: readonly FontCut[] = [plain, bold];
/** What pages are set in. */
export const pageCuts: readonly FontCut[] = [plain, { weight: 400, italic: true }, { weight: 600 }, bold];

/** The file of a cut, its Latin letters only. @param format default woff2 */
export const fontFile = ({ weight, italic }: FontCut, format: 'woff' | 'woff2' = 'woff2'): string =>
  path.join(folder, 'files', `arimo-latin-${weight}-${italic ? 'italic' : 'normal'}.${format}`);

/** The licence, which goes wherever the font does. @throws Error if the package is not installed */
export const fontLicense = (): string => readFileSync(path.join(folder, 'LICENSE'), 'utf8').trim();

/**
 * Rules that make the font known to a page. The letters that it lacks come from the fonts named after it.
 * @param addressOf where the page finds a cut's file. Default: in the rule itself, so that nothing is fetched
 * @throws Error if the package is not installed
 */
export const fontFaces = (cuts: readonly FontCut[], addressOf: (cut: FontCut) => string = inside): string =>
  cuts
    .map(
      (cut) =>
        `@font-face{font-family:${fontName};font-weight:${cut.weight};font-style:${cut.italic ? 'italic' : 'normal'};` +
        `font-display:block;src:url(${addressOf(cut)}) format('woff2')}`,
    )
    .join('\n');

const read = new Map<string, string>();

function inside(cut: FontCut): string {
  const file = fontFile(cut);
  const address = read.get(file) ?? `data:font/woff2;base64,${readFileSync(file, 'base64')}`;
  read.set(file, address);
  return address;
}
