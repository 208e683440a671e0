import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { entriesOf, writeFolderAtomic } from '../core/files';
import { filesBelow } from '../core/files-below';
import type { ExportDescription } from '../transfer/export-description';
import { descriptionFile } from '../transfer/export-names';

/** Folder of the site in which the model lies. */
export const modelPath = 'model';

/** A page with its model: all there is to serve. */
export interface Site {
  /** Files on disk by their path in the site, with forward slashes. */
  readonly files: ReadonlyMap<string, string>;
}

/** The page and a model as one site. @param page folder of the built page @param model folder of an exported model */
export async function siteOf(page: string, model: string, { files }: ExportDescription): Promise<Site> {
  const ofPage = await filesBelow(page);
  const ofModel = [descriptionFile, ...Object.keys(files)];
  return {
    files: new Map([
      ...ofPage.map((name): [string, string] => [name, path.join(page, name)]),
      ...ofModel.map((name): [string, string] => [`${modelPath}/${name}`, path.join(model, name)]),
    ]),
  };
}

/** What stands at the top of a written site. */
const ownNames = ['index.html', 'assets', 'wasm', modelPath];

/**
 * Writes a site as a folder that any static host serves as it is; whole or not at all, in place of a former one.
 * @throws InputError if the folder holds anything but such a site
 */
export async function writeSite({ files }: Site, folder: string): Promise<void> {
  const other = (await entriesOf(folder)).find((name) => !ownNames.includes(name) && !name.startsWith('.'));
  if (other)
    throw new InputError(
      `${folder} holds ${other}, which is no part of the page and would be lost; name another folder`,
    );
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, file] of files) {
      const target = path.join(temporary, name);
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(file, target);
    }
  });
}
