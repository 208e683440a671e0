import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { byText } from '../core/by-text';
import { asError, InputError } from '../core/check';
import { pictureFormat } from './picture-format';
import { recordsName } from './records';

/** Names that are taken for pictures; those that cannot be read are then complained of, not passed over. */
const pictureName =
  /\.(jpe?g|jpe|jfif|pjpeg|png|apng|webp|gif|tiff?|bmp|jp2|heic|avif|dcm|dicom|nii|nii\.gz)$/i;

/**
 * Names of what lies in a folder, hidden things left out, sorted.
 * @throws InputError if it is not a folder that can be read
 */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(byText);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw new InputError(`${folder} does not exist; check the path, or build it with "data"`);
    if (code === 'ENOTDIR') throw new InputError(`${folder} is a file; name the folder`);
    throw new InputError(
      `${folder} cannot be listed (${code ?? asError(error).message}); check its permissions`,
    );
  }
}

/** Formats whose first bytes are no text by chance. */
const sniffed = ['JPEG', 'PNG', 'WebP', 'DICOM'];

/** Names without an extension, and those that are a number with dots, as DICOM pictures have; not DICOM's directory. */
const isBare = (name: string): boolean =>
  (!name.includes('.') || /^[\d.]+$/.test(name)) && name !== 'DICOMDIR';

/** Whether a file without an extension holds a picture, by its first bytes. */
async function holdsPicture(file: string): Promise<boolean> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) return false;
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(160), 0, 160, 0);
    return sniffed.includes(pictureFormat(buffer.subarray(0, bytesRead)) ?? '');
  } finally {
    await handle.close();
  }
}

async function picturesAmong(folder: string, names: readonly string[]): Promise<string[]> {
  const pictures: string[] = [];
  for (const name of names)
    if (pictureName.test(name) || (isBare(name) && (await holdsPicture(path.join(folder, name)))))
      pictures.push(name);
  return pictures;
}

/** Names of the pictures that lie directly in a folder, sorted; a name without an extension is looked into. */
export const pictureNames = async (folder: string): Promise<string[]> =>
  picturesAmong(folder, await listFolder(folder));

export const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * The class folders of a dataset: those directly in it that hold pictures directly (or a records.csv), with the
 * pictures' names, sorted.
 */
export async function classFolders(dataset: string): Promise<Map<string, string[]>> {
  const classes = new Map<string, string[]>();
  for (const name of await listFolder(dataset)) {
    const folder = path.join(dataset, name);
    if (!(await isFolder(folder))) continue;
    const names = await listFolder(folder);
    const pictures = await picturesAmong(folder, names);
    if (pictures.length || names.includes(recordsName)) classes.set(name, pictures);
  }
  return classes;
}
