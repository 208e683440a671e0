import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

/** An entry as an archive has it, honest or not. */
export interface TarEntry {
  readonly path: string;
  readonly type?:
    | 'File'
    | 'Directory'
    | 'SymbolicLink'
    | 'Link'
    | 'CharacterDevice'
    | 'BlockDevice'
    | 'FIFO'
    | 'ContiguousFile';
  readonly data?: Buffer | string;
  readonly linkpath?: string;
  readonly mode?: number;
}

function blocks({ path, type = 'File', data = '', linkpath, mode = 0o644 }: TarEntry): Buffer[] {
  const bytes = Buffer.from(data);
  const header = new Header({ path, type, linkpath, mode, size: bytes.length, mtime: new Date(0) });
  header.encode();
  return [header.block!, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}

/** A tar archive, entry by entry as told: no library would write some of these. */
export const tarOf = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(1024)]);

export const tarGzOf = (entries: readonly TarEntry[]): Buffer => gzipSync(tarOf(entries));
