import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from './check';

const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/** Where disks are mounted; none where the system does not tell: only Linux does. */
async function mountPoints(): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  // Spaces and the like stand there in octal.
  const plain = (text: string) =>
    text.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
  return table.split('\n').map((line) => plain(line.split(' ')[4] ?? ''));
}

const isOrIsBelow = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);

/**
 * The absolute path of a folder that is to be written, or replaced as a whole. Of a link it is what that leads to, so
 * that the link stays.
 * @throws InputError for what cannot or must not be replaced: an empty name, which would be the current folder; that
 * folder and those above it, because whoever is in them would be nowhere; a link that leads nowhere; a file; a mount point
 */
export async function folderToWrite(folder: string): Promise<string> {
  if (folder === '') throw new InputError('The name of the folder to write is empty; name one');
  const named = path.resolve(folder);
  const real = await realpath(named).catch(() => undefined);
  const linked = await isLink(named);
  if (linked && real === undefined)
    throw new InputError(`${named} is a link that leads nowhere; remove it, or make the folder it leads to`);
  // Renaming would replace a file, or a device, just as well. Another process may be replacing a folder now.
  const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
  if (found && !found.isDirectory())
    throw new InputError(`${named} is no folder that could be written to, but a file; name another`);
  if (isOrIsBelow(process.cwd(), real ?? named))
    throw new InputError(
      `${named} is the current folder, or one above it, and would be replaced as a whole; name another, or go elsewhere`,
    );
  if (real !== undefined && (await mountPoints()).includes(real))
    throw new InputError(
      `${named} is a disk of its own (a mount point), which cannot be replaced as a whole; name a folder in it`,
    );
  return linked ? real! : named;
}
