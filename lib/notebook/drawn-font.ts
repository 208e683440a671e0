import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exists, writeFileAtomic } from '../core/files';
import { cacheFolder } from '../core/settings';
import { chartCuts, type FontCut, fontFile, fontName } from './bundled-font';
import { unpackWoff } from './unpack-woff';

/** A cut of the font as an OpenType file, the only kind that is drawn with; kept in the cache. */
async function openTypeFile(cut: FontCut): Promise<string> {
  const woff = fontFile(cut, 'woff');
  const file = path.join(cacheFolder(), 'fonts', `${path.basename(woff, '.woff')}.ttf`);
  if (await exists(file)) return file;
  await writeFileAtomic(file, unpackWoff(await readFile(woff)));
  return file;
}

let known: Promise<void> | undefined;

/**
 * Makes the project's font known to sharp, which draws texts with the system's fonts only; from then on it draws SVG
 * with it too. Where that cannot be, the system's sans-serif stands in.
 */
export function knowFont(): Promise<void> {
  known ??= (async () => {
    const { default: sharp } = await import('sharp');
    // Drawing a text from a file of a font adds the font to those that the process knows.
    for (const cut of chartCuts)
      await sharp({ text: { text: '.', font: fontName, fontfile: await openTypeFile(cut) } })
        .png()
        .toBuffer();
  })().catch(() => undefined);
  return known;
}
