import path from 'node:path';
import { hashFile, sha256 } from './files';
import { filesBelow } from './files-below';

/** Hash of compiled code: of the names and bytes of all JavaScript files below some folders, in their order. */
export async function codeHash(folders: readonly string[]): Promise<string> {
  const hashes: string[] = [];
  for (const folder of folders)
    for (const name of await filesBelow(folder))
      if (/\.m?js$/.test(name))
        hashes.push(`${path.basename(folder)}/${name} ${await hashFile(path.join(folder, name))}`);
  return sha256(hashes.join('\n'));
}
