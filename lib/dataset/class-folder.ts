import { readdir, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import { exists, writeFolderAtomic } from '../core/files';
import { writing } from '../core/write-error';
import { isFolder, listFolder } from './class-files';
import { readRecords, recordsName, recordsText } from './records';
import { isSynthetic, type Xray } from './xray';

/** What a class folder is to hold: a record whose `path` is a bare file name, and the file's bytes. */
export interface NewPicture {
  readonly record: Omit<Xray, 'label'>;
  readonly bytes: Uint8Array;
}

/** Left by file managers; nobody's work. */
const litter = /^(thumbs\.db|desktop\.ini|\.ds_store|\._.*)$/i;

async function checkOwn(folder: string): Promise<void> {
  // Hidden files too: replacing the folder would remove them.
  const names = (await readdir(folder)).filter((name) => !litter.test(name)).sort(byText);
  if (names.length === 0) return;
  const remedy = 'name another folder, or move this one away';
  if (!names.includes(recordsName))
    throw new InputError(
      `${folder} holds ${names.length} files that were not built here (no ${recordsName}); ${remedy}`,
    );
  const recorded = new Set((await readRecords(folder)).map((xray) => path.basename(xray.path)));
  const foreign = names.filter((name) => name !== recordsName && !recorded.has(name));
  if (foreign.length)
    throw new InputError(
      `${folder} holds ${foreign.length} files that are not in its ${recordsName}, such as ${foreign[0]}; ${remedy}`,
    );
}

async function checkKind(folder: string, synthetic: boolean): Promise<void> {
  const dataset = path.dirname(folder);
  if (!(await isFolder(dataset))) return;
  for (const name of await listFolder(dataset)) {
    const sibling = path.join(dataset, name);
    if (sibling === folder || !(await exists(path.join(sibling, recordsName)))) continue;
    const other = isSynthetic(await readRecords(sibling));
    if (other !== synthetic)
      throw new InputError(
        `${sibling} holds ${other ? 'synthetic phantoms' : 'real pictures'}, ${folder} would hold ` +
          `${synthetic ? 'synthetic phantoms' : 'real pictures'}; they are not to be mixed in one dataset: ` +
          'name a folder in another dataset, or move the other classes away',
      );
  }
}

/**
 * Checks that a class folder may be written or replaced.
 * @returns its absolute path, links resolved
 * @throws InputError if something is there that was not built here, or the classes beside it are synthetic and
 * this one is not, or the other way round
 */
export async function checkClassFolder(to: string, synthetic = false): Promise<string> {
  const absolute = path.resolve(to);
  const folder = await realpath(absolute).catch(() => absolute);
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) throw new InputError(`${folder} is a file; name a folder`);
  if (found) await checkOwn(folder);
  await checkKind(folder, synthetic);
  return folder;
}

/**
 * Writes a class folder: the pictures, byte for byte, and records.csv, whole or not at all; replaces what
 * checkClassFolder allowed to replace.
 * @param folder as checkClassFolder returned it
 * @param pictures taken one by one, so that only one is in memory
 * @param whyNone the message if there was no picture at all; nothing is then written
 * @returns the records written, sorted by file name
 */
export async function writeClassFolder(
  folder: string,
  pictures: AsyncIterable<NewPicture>,
  whyNone: () => string,
): Promise<Xray[]> {
  const label = path.basename(folder);
  return writeFolderAtomic(folder, async (temporary) => {
    const xrays: Xray[] = [];
    for await (const { record, bytes } of pictures) {
      const file = path.join(temporary, record.path);
      await writing(file, () => writeFile(file, bytes, { flag: 'wx' }));
      xrays.push({ ...record, label, path: path.join(folder, record.path) });
    }
    if (xrays.length === 0) throw new InputError(whyNone());
    xrays.sort((a, b) => byText(a.path, b.path));
    const list = path.join(temporary, recordsName);
    await writing(list, () => writeFile(list, recordsText(folder, xrays)));
    return xrays;
  });
}
